-- Log every cell of contacts that cleaning changed, with the rule that changed it.
--
-- grain    one row per changed cell of a row that is kept
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule; a mere change of type (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled are no changes
with changed as (
    select c._source, c._file, c._row, 'source_key' as column_name, c.source_key as before, f.value as after, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'key' and f.raw = c.source_key
    union all select c._source, c._file, c._row, 'member_no', c.member_no, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'key' and f.raw = c.member_no
    union all select c._source, c._file, c._row, 'full_name', c.full_name, f.value, f.rule
    from source.contacts c join clean.name_fixes f on f.part = 'full' and f._source = c._source and f.raw = c.full_name and f.rule is not null
    union all select c._source, c._file, c._row, 'given_name', c.given_name, f.value, f.rule
    from source.contacts c join clean.name_fixes f on f.part = 'given' and f._source = c._source and f.raw = c.given_name
    union all select c._source, c._file, c._row, 'family_name', c.family_name, f.value, f.rule
    from source.contacts c join clean.name_fixes f on f.part = 'family' and f._source = c._source and f.raw = c.family_name
    union all select c._source, c._file, c._row, 'company', c.company, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'person' and f.raw = c.company
    union all select c._source, c._file, c._row, 'email', c.email, f.value, f.rule
    from source.contacts c join clean.email_fixes f on f.raw = c.email
    union all select c._source, c._file, c._row, 'phone', c.phone, f.value, f.rule
    from source.contacts c join clean.phone_fixes f on f.raw = c.phone and f.country_text = coalesce(c.country, '')
    union all select c._source, c._file, c._row, 'birth_date', c.birth_date, cast(cast(f.value as date) as varchar), f.rule
    from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.birth_date' and f._source = c._source and f.raw = c.birth_date
    union all select c._source, c._file, c._row, 'gender', c.gender, f.value, f.rule
    from source.contacts c join clean.word_fixes f on f.kind = 'gender' and f.raw = c.gender
    union all select c._source, c._file, c._row, 'postcode', c.postcode, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'key' and f.raw = c.postcode
    union all select c._source, c._file, c._row, 'address', c.address, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'person' and f.raw = c.address
    union all select c._source, c._file, c._row, 'city', c.city, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'person' and f.raw = c.city
    union all select c._source, c._file, c._row, 'region', c.region, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'person' and f.raw = c.region
    union all select c._source, c._file, c._row, 'country', c.country, f.value, f.rule
    from source.contacts c join clean.word_fixes f on f.kind = 'country' and f.raw = c.country
    union all select c._source, c._file, c._row, 'social_handles', c.social_handles, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'person' and f.raw = c.social_handles
    union all select c._source, c._file, c._row, 'consent_email', c.consent_email, f.value, f.rule
    from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_email
    union all select c._source, c._file, c._row, 'consent_sms', c.consent_sms, f.value, f.rule
    from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_sms
    union all select c._source, c._file, c._row, 'consent_phone', c.consent_phone, f.value, f.rule
    from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_phone
    union all select c._source, c._file, c._row, 'consent_post', c.consent_post, f.value, f.rule
    from source.contacts c join clean.word_fixes f on f.kind = 'boolean' and f.raw = c.consent_post
    union all select c._source, c._file, c._row, 'consent_at', c.consent_at, cast(f.value as varchar), f.rule
    from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.consent_at' and f._source = c._source and f.raw = c.consent_at
    union all select c._source, c._file, c._row, 'created_at', c.created_at, cast(f.value as varchar), f.rule
    from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.created_at' and f._source = c._source and f.raw = c.created_at
    union all select c._source, c._file, c._row, 'updated_at', c.updated_at, cast(f.value as varchar), f.rule
    from source.contacts c join clean.date_fixes f on f.column_key = 'contacts.updated_at' and f._source = c._source and f.raw = c.updated_at
    union all select c._source, c._file, c._row, 'acquired_via', c.acquired_via, f.value, f.rule
    from source.contacts c join clean.text_fixes f on f.scope = 'text' and f.raw = c.acquired_via
)
select 'clean.contacts' as relation, h._source, h._file, h._row, h.column_name, h.before, h.after, h.rule
from changed h
where not exists (
    select 1 from clean.set_aside s
    where s.relation = 'clean.contacts' and s._source = h._source and coalesce(s._file, '') = coalesce(h._file, '') and s._row = h._row
)
