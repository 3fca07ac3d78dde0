-- Hold the rows of contacts whose cells stood in the wrong column, each cell where it belongs.
--
-- grain    one row per row of source.contacts with cells that are moved and that is not set aside
-- param    apply_above   double from 0 = 0.9   moves of a lower confidence are only proposed
-- returns  the columns of source.contacts, in their order, all text
select c._source, c._system, c._file, c._row,
    c.source_key, c.member_no, m.full_name, m.given_name, m.family_name, c.company, m.email, m.phone, m.birth_date,
    c.gender, m.postcode, c.address, m.city, c.region, c.country, c.social_handles, c.consent_email, c.consent_sms,
    c.consent_phone, c.consent_post, c.consent_at, c.created_at, c.updated_at, c.acquired_via
from clean.misplaced m
join source.contacts c on c._source = m._source and coalesce(c._file, '') = coalesce(m._file, '') and c._row = m._row
left join clean.switched_off o on o._source = m._source
left join clean.set_aside s on s.relation = 'clean.contacts' and s._source = m._source and coalesce(s._file, '') = coalesce(m._file, '') and s._row = m._row
where m.confidence >= $apply_above and not coalesce(list_contains(o.rules, m.rule), false) and s.relation is null
