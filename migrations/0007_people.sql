-- Why: people use the page under accounts of their own, and every act on it is on record.

-- The newest state of each account. Every change of one has a row in `audit`, written in the same transaction. One that was
-- removed stays, without a password that fits, so that its login keeps its meaning in records.
create table account (
    id         integer not null primary key,
    login      text    not null unique,
    name       text    not null,
    roles      text    not null, -- JSON
    password   text    not null, -- Argon2id as a PHC string
    active     integer not null check (active in (0, 1)),
    added_at   text    not null,
    changed_at text    not null
) strict;

create trigger account_no_delete before delete on account
begin
    select raise(abort, 'accounts are never deleted: one that is removed is made inactive');
end;

-- Who is signed in. The token itself is known to the browser alone. Rows may be deleted: that signs out. Instants are UTC.
create table sign_in (
    id           integer not null primary key,
    token_sha256 text    not null unique,
    login        text    not null references account (login),
    from_address text    not null,
    keeps        integer not null check (keeps in (0, 1)), -- whether the browser is to stay signed in
    created_at   text    not null,
    seen_at      text    not null,
    expires_at   text    not null
) strict;

create index sign_in_login on sign_in (login);

-- What people did on the page, and to accounts, also what was refused; chained as the airing log is: the columns up to
-- `prev_hash` are hashed. Instants are RFC 3339 with the station's offset of that day.
create table audit (
    v            integer not null,
    seq          integer not null primary key,
    station_id   text    not null,
    at           text    not null,
    login        text,             -- null: nobody was signed in, or the command line
    name         text    not null, -- on the command line the operating system's user
    from_address text,
    act          text    not null,
    subject      text,
    why          text,
    outcome      text    not null, -- done, refused, failed
    told         text,
    via          text    not null, -- web, cli
    clock        text    not null,
    prev_hash    text    not null,
    hash         text    not null
) strict;

create index audit_login on audit (login);

create trigger audit_no_update before update on audit
begin
    select raise(abort, 'the audit is append-only: no row may be changed');
end;

create trigger audit_no_delete before delete on audit
begin
    select raise(abort, 'the audit is append-only: no row may be removed');
end;

create trigger audit_chain before insert on audit
begin
    select raise(abort, 'the audit is append-only: seq must be the last one plus 1')
    where new.seq is not (select coalesce(max(seq), 0) + 1 from audit);
    select raise(abort, 'the audit is append-only: prev_hash must be the hash of the last row')
    where new.prev_hash is not coalesce(
        (select hash from audit order by seq desc limit 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    );
end;
