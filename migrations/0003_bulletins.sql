-- Why: bulletins, what was decided of them and the queue; nothing of it that was once recorded is changed or removed.

-- Every revision of every bulletin; the newest one of a number is the bulletin. Lists and `measures` are JSON, instants UTC
-- with microseconds, days `YYYY-MM-DD`; `title_key` and `plain_key` are what searches compare. Chained over all bulletins as
-- the airing log is: all columns but those two, `prev_hash` and `hash` are hashed.
create table bulletin (
    v           integer not null,
    seq         integer not null unique,
    station_id  text    not null,
    number      integer not null,
    revision    integer not null,
    title       text    not null,
    genre       text,
    themes      text    not null,
    author      text,
    source      text,
    class       text    not null,
    valid_from  text,
    valid_until text,
    zones       text    not null,
    text        text,
    text_sha256 text,
    read_as     text,
    file_name   text,
    sha256      text,
    duration_ms integer,
    measures    text,
    doubts      text    not null,
    voice       text,
    title_key   text    not null,
    plain_key   text    not null,
    recorded_at text    not null,
    "by"        text    not null,
    via         text    not null,
    prev_hash   text    not null,
    hash        text    not null,
    primary key (number, revision)
) strict, without rowid;

create index bulletin_content on bulletin (sha256) where sha256 is not null;

create index bulletin_sound on bulletin (json_extract(measures, '$.fingerprint')) where measures is not null;

create index bulletin_title on bulletin (title);

-- Everything that lists and searches ask for, so that they do not read the texts.
create index bulletin_list on bulletin (
    number, revision, title, genre, themes, author, source, class, valid_from, valid_until, zones, text_sha256, file_name,
    sha256, duration_ms, doubts, voice, title_key, plain_key, recorded_at, "by"
);

create trigger bulletin_no_update before update on bulletin
begin
    select raise(abort, 'bulletins are append-only: a change is a new revision');
end;

create trigger bulletin_no_delete before delete on bulletin
begin
    select raise(abort, 'bulletins are append-only: no revision may be removed');
end;

create trigger bulletin_revision before insert on bulletin
begin
    select raise(abort, 'bulletins are append-only: revision must be the last one plus 1')
    where new.revision is not (select coalesce(max(revision), 0) + 1 from bulletin where number = new.number);
end;

create trigger bulletin_chain before insert on bulletin
begin
    select raise(abort, 'bulletins are append-only: seq must be the last one plus 1')
    where new.seq is not (select coalesce(max(seq), 0) + 1 from bulletin);
    select raise(abort, 'bulletins are append-only: prev_hash must be the hash of the last row')
    where new.prev_hash is not coalesce(
        (select hash from bulletin order by seq desc limit 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    );
end;

-- What people decided of bulletins, chained as the airing log is: the columns up to `prev_hash` are hashed.
create table approval (
    v           integer not null,
    seq         integer not null primary key,
    station_id  text    not null,
    act         text    not null, -- approve, refuse, withdraw
    bulletin    integer not null,
    revision    integer not null,
    title       text    not null,
    sha256      text,
    text_sha256 text,
    "by"        text    not null,
    by_phone    integer not null, -- 1: given by telephone, to be confirmed
    via         text    not null,
    why         text,
    at          text    not null,
    clock       text    not null,
    prev_hash   text    not null,
    hash        text    not null,
    foreign key (bulletin, revision) references bulletin (number, revision)
) strict;

create index approval_bulletin on approval (bulletin, seq, revision, act, by_phone);

create trigger approval_no_update before update on approval
begin
    select raise(abort, 'approvals are append-only: no row may be changed');
end;

create trigger approval_no_delete before delete on approval
begin
    select raise(abort, 'approvals are append-only: no row may be removed');
end;

create trigger approval_chain before insert on approval
begin
    select raise(abort, 'approvals are append-only: seq must be the last one plus 1')
    where new.seq is not (select coalesce(max(seq), 0) + 1 from approval);
    select raise(abort, 'approvals are append-only: prev_hash must be the hash of the last row')
    where new.prev_hash is not coalesce(
        (select hash from approval order by seq desc limit 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    );
end;

-- Bulletins that wait to be drawn. An entry is only ever marked as removed, by whom and when.
create table queue_entry (
    id         integer not null primary key,
    bulletin   integer not null,
    programme  text,
    times      integer not null check (times >= 1),
    valid_from text,
    valid_until text,
    queued_at  text    not null,
    "by"       text    not null,
    via        text    not null,
    removed_at text,
    removed_by text
) strict;

create index queue_entry_open on queue_entry (id) where removed_at is null;

create trigger queue_entry_new before insert on queue_entry
begin
    -- Whoever replaces a row fires no trigger of its removal.
    select raise(abort, 'no entry of the queue may be replaced, only marked as removed')
    where exists (select 1 from queue_entry where id = new.id);
end;

create trigger queue_entry_no_delete before delete on queue_entry
begin
    select raise(abort, 'no entry of the queue may be deleted, only marked as removed');
end;

create trigger queue_entry_update before update on queue_entry
when old.removed_at is not null
    or (old.id, old.bulletin, old.programme, old.times, old.valid_from, old.valid_until, old.queued_at, old."by", old.via)
        is not
        (new.id, new.bulletin, new.programme, new.times, new.valid_from, new.valid_until, new.queued_at, new."by", new.via)
begin
    select raise(abort, 'an entry of the queue may only be marked as removed, once');
end;

-- What each entry has been drawn for and aired, to its end or 80 % of it: the log has no column for the entry.
create table drawn (
    entry  integer not null,
    airing text    not null,
    primary key (entry, airing)
) strict, without rowid;

create trigger drawn_no_update before update on drawn
begin
    select raise(abort, 'what was drawn and aired is append-only');
end;

create trigger drawn_no_delete before delete on drawn
begin
    select raise(abort, 'what was drawn and aired is append-only');
end;

-- Grows with every change of bulletins, approvals and queue, so that a running station sees a change by one small read.
create table shelf (
    id      integer not null primary key check (id = 1),
    version integer not null
) strict;

insert into shelf (id, version) values (1, 0);

create trigger shelf_bulletin after insert on bulletin begin update shelf set version = version + 1; end;
create trigger shelf_approval after insert on approval begin update shelf set version = version + 1; end;
create trigger shelf_queued after insert on queue_entry begin update shelf set version = version + 1; end;
create trigger shelf_removed after update on queue_entry begin update shelf set version = version + 1; end;

-- Which rows of the log a bulletin has.
create index airing_log_bulletin on airing_log (bulletin, scheduled_at_utc) where bulletin is not null;
