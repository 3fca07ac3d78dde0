-- List telephone numbers that people type when they mean none, and that may yet be somebody's.
--
-- grain    one row per number
-- returns  phone (E.164)
with digits as (select unnest(generate_series(1, 9)) as digit)
select concat('+8210', repeat(cast(digit as varchar), 8)) as phone from digits
union all select concat('+8210', repeat(cast(digit as varchar), 4), repeat('0', 4)) from digits
union all select concat('+822', repeat(cast(digit as varchar), 8)) from digits where digit > 1
union all select concat('+1', repeat(cast(digit as varchar), 10)) from digits where digit > 1
union all
select phone from (values
    ('+821012345678'), ('+821012341234'), ('+821023456789'), ('+821098765432'), ('+821087654321'), ('+821011112222'),
    ('+821011223344'), ('+82212345678'), ('+8221234567'), ('+8223456789'), ('+82311234567'), ('+82111234567'), ('+82161234567'),
    ('+821112345678'), ('+827012345678'), ('+827012341234'), ('+8215881234'), ('+8215771234'), ('+12345678901'), ('+11234567890'),
    ('+12025550100'), ('+15551234567'), ('+15555551212'), ('+15555551234'), ('+12125551212'), ('+10123456789'), ('+13123456789'),
    ('+442012345678'), ('+441234567890'), ('+447123456789'), ('+447700900000'), ('+491234567890'), ('+4930123456'), ('+33123456789'),
    ('+33612345678'), ('+34612345678'), ('+34600000000'), ('+393123456789'), ('+61412345678'), ('+8613800138000'), ('+8613812345678'),
    ('+8613800000000'), ('+819012345678'), ('+81312345678'), ('+911234567890'), ('+919876543210'), ('+919999999999')
) as t(phone)
