-- Log every cell of contacts that cleaning changed or would change, with the rule and how sure it is.
--
-- grain    one row per cell of a row that is kept, and change
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule, confidence, is_applied (false: proposed; too unsure, or its rule is switched off); a mere change of type
--          (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled are no changes
with changed as (
    select c._source, c._file, c._row, 'source_key' as column_name, c.source_key as before, f.value as after, f.rule, f.confidence from source.contacts c join clean.text_fixes f on f.scope = 'key' and f.raw = c.source_key
    union all select c._source, c._file, c._row, 'member_no', c.member_no, f.value, f.rule, f.confidence from source.contacts c join clean.text_fixes f on f.scope = 'key' and f.raw = c.member_no
    union all select c._source, c._file, c._row, 'full_name', c.full_name, f.value, f.rule, f.confidence from source.contacts c join clean.name_fixes f on f.part = 'full' and f._source = c._source and f.raw = c.full_name and f.rule is not null
    union all select c._source, c._file, c._row, 'given_name', c.given_name, f.value, f.rule, f.confidence from source.contacts c join clean.name_fixes f on f.part = 'given' and f._source = c._source and f.raw = c.given_name
    union all select c._source, c._file, c._row, 'family_name', c.family_name, f.value, f.rule, f.confidence from source.contacts c join clean.name_fixes f on f.part = 'family' and f._source = c._source and f.raw = c.family_name
    union all select c._source, c._file, c._row, 'company', c.company, f.value, f.rule, f.confidence from source.contacts c join clean.company_fixes f on f.raw = c.company
    union all select c._source, c._file, c._row, 'email', c.email, f.value, f.rule, f.confidence from source.contacts c join clean.email_fixes f on f.raw = c.email
    union all select c._source, c._file, c._row, 'phone', c.phone, f.value, f.rule, f.confidence from source.contacts c join clean.phone_fixes f on f.raw = c.phone and f.country_text = coalesce(c.country, '')
    union all select c._source, c._file, c._row, 'birth_date', c.birth_date, cast(cast(f.value as date) as varchar), f.rule, f.confidence from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.birth_date' and f._source = c._source and f.raw = c.birth_date
    union all select c._source, c._file, c._row, 'gender', c.gender, f.value, f.rule, f.confidence from source.contacts c join clean.word_fixes f on f.kind = 'gender' and f.raw = c.gender
    union all select c._source, c._file, c._row, 'postcode', c.postcode, f.value, f.rule, f.confidence from source.contacts c join clean.postcode_fixes f on f.raw = c.postcode and f.country_text = coalesce(c.country, '')
    union all select c._source, c._file, c._row, 'address', c.address, f.value, f.rule, f.confidence from source.contacts c join clean.text_fixes f on f.scope = 'person' and f.raw = c.address
    union all select c._source, c._file, c._row, 'city', c.city, f.value, f.rule, f.confidence from source.contacts c join clean.place_fixes f on f.kind = 'city' and f.raw = c.city and f.country_text = coalesce(c.country, '')
    union all select c._source, c._file, c._row, 'region', c.region, f.value, f.rule, f.confidence from source.contacts c join clean.place_fixes f on f.kind = 'region' and f.raw = c.region and f.country_text = coalesce(c.country, '')
    union all select c._source, c._file, c._row, 'country', c.country, f.value, f.rule, f.confidence from source.contacts c join clean.word_fixes f on f.kind = 'country' and f.raw = c.country
    union all select c._source, c._file, c._row, 'social_handles', c.social_handles, f.value, f.rule, f.confidence from source.contacts c join clean.text_fixes f on f.scope = 'person' and f.raw = c.social_handles
    union all select c._source, c._file, c._row, 'consent_email', c.consent_email, f.value, f.rule, f.confidence from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_email
    union all select c._source, c._file, c._row, 'consent_sms', c.consent_sms, f.value, f.rule, f.confidence from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_sms
    union all select c._source, c._file, c._row, 'consent_phone', c.consent_phone, f.value, f.rule, f.confidence from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_phone
    union all select c._source, c._file, c._row, 'consent_post', c.consent_post, f.value, f.rule, f.confidence from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_post
    union all select c._source, c._file, c._row, 'consent_at', c.consent_at, cast(f.value as varchar), f.rule, f.confidence from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.consent_at' and f._source = c._source and f.raw = c.consent_at
    union all select c._source, c._file, c._row, 'created_at', c.created_at, cast(f.value as varchar), f.rule, f.confidence from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.created_at' and f._source = c._source and f.raw = c.created_at
    union all select c._source, c._file, c._row, 'updated_at', c.updated_at, cast(f.value as varchar), f.rule, f.confidence from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.updated_at' and f._source = c._source and f.raw = c.updated_at
    union all select c._source, c._file, c._row, 'acquired_via', c.acquired_via, f.value, f.rule, f.confidence from source.contacts c join clean.text_fixes f on f.scope = 'text' and f.raw = c.acquired_via
    union all select c._source, c._file, c._row, 'company', c.company, v.before, 'merged value', 1.0 from source.contacts c join clean.value_merges v on v.column_key = 'contacts.company' and v.before = c.company
    union all select c._source, c._file, c._row, 'address', c.address, v.before, 'merged value', 1.0 from source.contacts c join clean.value_merges v on v.column_key = 'contacts.address' and v.before = c.address
    union all select c._source, c._file, c._row, 'city', c.city, v.before, 'merged value', 1.0 from source.contacts c join clean.value_merges v on v.column_key = 'contacts.city' and v.before = c.city
    union all select c._source, c._file, c._row, 'region', c.region, v.before, 'merged value', 1.0 from source.contacts c join clean.value_merges v on v.column_key = 'contacts.region' and v.before = c.region
    union all select c._source, c._file, c._row, 'acquired_via', c.acquired_via, v.before, 'merged value', 1.0 from source.contacts c join clean.value_merges v on v.column_key = 'contacts.acquired_via' and v.before = c.acquired_via
),
misplaced as (
    -- What a moved cell became is seen in the row itself; what is only proposed has not become anything.
    select m._source, m._file, m._row, unnest(m.columns) as column_name, m.rule, m.confidence,
        m.confidence >= $apply_above and not coalesce(list_contains(o.rules, m.rule), false) as is_applied
    from clean.misplaced m left join clean.switched_off o on o._source = m._source
),
cells as (
    select c._source, c._file, c._row, unnest(['email', 'phone', 'full_name', 'given_name', 'family_name', 'postcode', 'city', 'birth_date']) as column_name,
        unnest([c.email, c.phone, c.full_name, c.given_name, c.family_name, c.postcode, c.city, c.birth_date]) as before,
        unnest([k.email, k.phone, k.full_name, k.given_name, k.family_name, k.postcode, k.city, cast(k.birth_date as varchar)]) as after,
        unnest([m.email, m.phone, m.full_name, m.given_name, m.family_name, m.postcode, m.city, m.birth_date]) as proposed
    from clean.misplaced m join source.contacts c on c._source = m._source and coalesce(c._file, '') = coalesce(m._file, '') and c._row = m._row join clean.contacts k on k._source = m._source and coalesce(k._file, '') = coalesce(m._file, '') and k._row = m._row
),
judged as (
    select h._source, h._file, h._row, h.column_name, h.before, coalesce(v.after, h.after) as after,
        case when v.after is null then h.rule else 'merged value' end as rule, h.confidence,
        h.confidence >= $apply_above and not coalesce(list_contains(o.rules, h.rule), false) as is_applied
    from changed h
    left join clean.switched_off o on o._source = h._source
    left join clean.value_merges v on v.column_key = 'contacts.' || h.column_name and v.before = h.after
    left join clean.set_aside s on s.relation = 'clean.contacts' and s._source = h._source and coalesce(s._file, '') = coalesce(h._file, '') and s._row = h._row
    left join (select distinct _source, _file, _row, column_name from misplaced where is_applied) m on m.column_name = h.column_name
        and m._source = h._source and coalesce(m._file, '') = coalesce(h._file, '') and m._row = h._row
    where s.relation is null and m.column_name is null
    union all select c._source, c._file, c._row, c.column_name, c.before, case when m.is_applied then c.after else c.proposed end, m.rule, m.confidence, m.is_applied
    from cells c join misplaced m on m.column_name = c.column_name and m._source = c._source and coalesce(m._file, '') = coalesce(c._file, '') and m._row = c._row
    where c.before is distinct from case when m.is_applied then c.after else c.proposed end
)
select 'clean.contacts' as relation, _source, _file, _row, column_name, before, after, rule, confidence, is_applied from judged
