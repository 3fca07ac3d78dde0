-- Make one slip of the keyboard in each cell that may need it: a letter lost, added, changed or swapped with the next.
--
-- grain    one row per source, _row and column_name of the cells whose noise is a typo
-- param    seed     integer   another seed makes other slips
-- returns  source, _row, column_name, slip (typo_delete, typo_insert, typo_substitute, typo_transpose), wrong_value
-- engine   duckdb
with drawn as (
    select
        source,
        _row,
        column_name,
        role,
        given,
        (md5_number($seed || ':slip:' || source || ':' || _row || ':' || column_name) >> 64)::ubigint as h
    from sample.cells
    where noise = 'typo'
),

aimed as (
    -- Slips hit one of the last four digits of a phone, the year of a date, the mailbox of an e-mail, any letter elsewhere.
    select
        *,
        case role
            when 'email' then 1 + ((h >> 8) % greatest(strpos(given, '@') - 1, 1)::ubigint)::bigint
            when 'phone' then length(given) - ((h >> 8) % 4)::bigint
            when 'birth_date' then 4 - ((h >> 8) % 2)::bigint
            else 1 + ((h >> 8) % greatest(length(given), 1)::ubigint)::bigint
        end as spot,
        -- Nobody drops a syllable of a three-syllable name without noticing; they hit the wrong one.
        if(role in ('phone', 'birth_date') or (role = 'name' and regexp_matches(given, '[가-힣]')),
            'substitute', ['delete', 'insert', 'substitute', 'transpose'][1 + ((h >> 24) % 4)::int]) as slip
    from drawn
),

lettered as (
    select
        *,
        substr(given, spot, 1) as letter,
        -- 28 final consonants to a vowel, 21 vowels to an initial consonant, from 가 (44032) on.
        (unicode(substr(given, spot, 1)) - 44032) // 28 % 21 as vowel
    from aimed
),

slipped as (
    select
        *,
        case
            -- The neighbour of the vowel in sound or shape: ㅔ for ㅐ, ㅗ for ㅓ, ㅡ for ㅜ.
            when letter between '가' and '힣' then chr((unicode(letter) + 28 * (
                [4, 5, 6, 7, 8, 1, 12, 5, 4, 8, 11, 10, 6, 18, 13, 10, 13, 13, 13, 20, 19][(1 + vowel)::int] - vowel
            ))::int)
            when letter between '0' and '9' then ((letter::bigint + 1 + ((h >> 32) % 9)::bigint) % 10)::varchar
            else substr('qwertyuiopasdfghjklzxcvbnm', 1 + ((h >> 32) % 26)::bigint, 1)
        end as other
    from lettered
)

select
    source,
    _row,
    column_name,
    'typo_' || slip as slip,
    case slip
        when 'delete' then substr(given, 1, spot - 1) || substr(given, spot + 1)
        when 'insert' then substr(given, 1, spot) || other || substr(given, spot + 1)
        when 'substitute' then substr(given, 1, spot - 1) || other || substr(given, spot + 1)
        else substr(given, 1, spot - 1) || substr(given, spot + 1, 1) || letter || substr(given, spot + 2)
    end as wrong_value
from slipped
