-- Why: an airing does not count where the loudspeakers were broken, and what was done besides the air is proved as the air is.

-- What people recorded of zones, chained as the airing log is: the columns up to `prev_hash` are hashed. Instants are RFC
-- 3339 with the station's offset of that day.
create table zone_act (
    v           integer not null,
    seq         integer not null primary key,
    station_id  text    not null,
    zone        text    not null,
    act         text    not null, -- broken, repaired, undone
    at          text    not null, -- from when it holds
    why         text,
    undoes      integer references zone_act (seq),
    recorded_at text    not null,
    "by"        text    not null,
    via         text    not null,
    clock       text    not null,
    prev_hash   text    not null,
    hash        text    not null
) strict;

create trigger zone_act_no_update before update on zone_act
begin
    select raise(abort, 'acts on zones are append-only: a mistake is undone by a new act');
end;

create trigger zone_act_no_delete before delete on zone_act
begin
    select raise(abort, 'acts on zones are append-only: no row may be removed');
end;

create trigger zone_act_chain before insert on zone_act
begin
    select raise(abort, 'acts on zones are append-only: seq must be the last one plus 1')
    where new.seq is not (select coalesce(max(seq), 0) + 1 from zone_act);
    select raise(abort, 'acts on zones are append-only: prev_hash must be the hash of the last row')
    where new.prev_hash is not coalesce(
        (select hash from zone_act order by seq desc limit 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    );
end;

-- Every revision of every activity besides the air; the newest one of a number is the activity. `themes` and `files` are JSON,
-- each file `{"name", "sha256", "bytes"}`, days `YYYY-MM-DD`. Chained over all activities: all columns up to `prev_hash` are
-- hashed.
create table activity (
    v           integer not null,
    seq         integer not null unique,
    station_id  text    not null,
    number      integer not null,
    revision    integer not null,
    date        text    not null,
    until       text,
    code        text    not null,
    channel     text,
    title       text    not null,
    themes      text    not null,
    bulletin    integer,
    place       text,
    people      integer,
    procedures  integer,
    who         text,
    link        text,
    files       text    not null,
    note        text,
    withdrawn   text,             -- why it counts no more
    recorded_at text    not null,
    "by"        text    not null,
    via         text    not null,
    clock       text    not null,
    prev_hash   text    not null,
    hash        text    not null,
    primary key (number, revision)
) strict, without rowid;

create trigger activity_no_update before update on activity
begin
    select raise(abort, 'activities are append-only: a change is a new revision');
end;

create trigger activity_no_delete before delete on activity
begin
    select raise(abort, 'activities are append-only: no revision may be removed');
end;

create trigger activity_revision before insert on activity
begin
    select raise(abort, 'activities are append-only: revision must be the last one plus 1')
    where new.revision is not (select coalesce(max(revision), 0) + 1 from activity where number = new.number);
end;

create trigger activity_chain before insert on activity
begin
    select raise(abort, 'activities are append-only: seq must be the last one plus 1')
    where new.seq is not (select coalesce(max(seq), 0) + 1 from activity);
    select raise(abort, 'activities are append-only: prev_hash must be the hash of the last row')
    where new.prev_hash is not coalesce(
        (select hash from activity order by seq desc limit 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    );
end;
