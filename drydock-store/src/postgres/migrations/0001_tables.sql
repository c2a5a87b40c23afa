-- The first tables. A file that was released is never changed: what comes next is a file of its own.
-- Everything is made in the schema that the search path names.

-- Whose tables these are, and which migration was the last.
CREATE TABLE format (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    product text NOT NULL,
    version integer NOT NULL,
    written_by text NOT NULL
);

-- The revision of the last commit. Every commit locks this row first and until its end, so commits come one after the
-- other: who sees revision 7 sees all of revision 6, and a reader of changes never finds an earlier one later.
CREATE TABLE counter (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL CHECK (revision >= 0)
) WITH (fillfactor = 20);
INSERT INTO counter (revision) VALUES (0);

-- What every commit changed, in order; the only place of a key's values.
CREATE TABLE history (
    revision bigint NOT NULL,
    n integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('put', 'deleted', 'appended')),
    name text COLLATE "C" NOT NULL,
    value bytea CHECK ((value IS NOT NULL) = (kind = 'put')),
    PRIMARY KEY (revision, n)
);

-- The keys that there are, each with the row of its history that has its value.
CREATE TABLE keys (
    name text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    n integer NOT NULL
);

CREATE TABLE journals (
    name text COLLATE "C" NOT NULL,
    idx bigint NOT NULL CHECK (idx >= 0),
    entry bytea NOT NULL,
    PRIMARY KEY (name, idx)
);

-- The last lease of each name; one that was given back ended long ago. Only the database's clock is asked.
CREATE TABLE leases (
    name text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    fence bigint NOT NULL CHECK (fence > 0),
    ends timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Carries out batches, one after the other: each whole, or not at all where its lease or an expectation does not hold.
-- Nothing is undone for that, because every check of a batch comes before its first write.
--
-- A batch has its lease at its number (a null name: none) and the end of its part of every other list. Its answer is its
-- revision; or the place of the first key, from 1, that is not as expected, and what that key is at; or, where both are
-- null, that the lease is not held.
CREATE FUNCTION commit_batches(
    lease_names text[], lease_owners text[], lease_fences bigint[],
    expect_ends integer[], expect_keys text[], expect_revisions bigint[],
    put_ends integer[], put_keys text[], put_values bytea[],
    delete_ends integer[], delete_keys text[],
    append_ends integer[], append_journals text[], append_entries bytea[]
) RETURNS TABLE (committed bigint, unmet integer, actual bigint)
LANGUAGE plpgsql VOLATILE AS $body$
#variable_conflict use_column
DECLARE
    before bigint;
    latest bigint;
    n integer;
    more integer;
    owner_now text;
    fence_now bigint;
    ends_at timestamptz;
    expect_from integer := 1;
    put_from integer := 1;
    delete_from integer := 1;
    append_from integer := 1;
BEGIN
    SELECT c.revision INTO STRICT before FROM counter c FOR UPDATE;
    latest := before;
    FOR i IN 1 .. cardinality(lease_names) LOOP
        committed := NULL;
        unmet := NULL;
        actual := NULL;
        <<batch>>
        BEGIN
            IF lease_names[i] IS NOT NULL THEN
                -- Locked until the commit, so that nobody takes over between this look and the writes. Only then the
                -- clock is asked: waiting for the lock may have taken the rest of the lease.
                SELECT l.owner, l.fence, l.ends INTO owner_now, fence_now, ends_at
                    FROM leases l WHERE l.name = lease_names[i] FOR SHARE;
                EXIT batch WHEN NOT FOUND OR owner_now <> lease_owners[i] OR fence_now <> lease_fences[i]
                    OR ends_at <= clock_timestamp();
            END IF;
            IF expect_from <= expect_ends[i] THEN
                SELECT e.place, coalesce(k.revision, 0) INTO unmet, actual
                    FROM unnest(expect_keys[expect_from:expect_ends[i]],
                                expect_revisions[expect_from:expect_ends[i]])
                         WITH ORDINALITY AS e (name, revision, place)
                    LEFT JOIN keys k ON k.name = e.name
                    WHERE coalesce(k.revision, 0) <> e.revision
                    ORDER BY e.place LIMIT 1;
                EXIT batch WHEN FOUND;
            END IF;
            latest := latest + 1;
            n := 0;
            IF put_from <= put_ends[i] THEN
                INSERT INTO history (revision, n, kind, name, value)
                    SELECT latest, p.place - 1, 'put', p.name, p.value
                    FROM unnest(put_keys[put_from:put_ends[i]], put_values[put_from:put_ends[i]])
                         WITH ORDINALITY AS p (name, value, place);
                INSERT INTO keys (name, revision, n)
                    SELECT p.name, latest, max(p.place) - 1
                    FROM unnest(put_keys[put_from:put_ends[i]]) WITH ORDINALITY AS p (name, place)
                    GROUP BY p.name
                    ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, n = excluded.n;
                n := put_ends[i] - put_from + 1;
            END IF;
            IF delete_from <= delete_ends[i] THEN
                WITH unwanted AS (
                    SELECT d.name, min(d.place) AS place
                    FROM unnest(delete_keys[delete_from:delete_ends[i]]) WITH ORDINALITY AS d (name, place)
                    GROUP BY d.name
                ), gone AS (
                    DELETE FROM keys k USING unwanted u WHERE k.name = u.name RETURNING k.name, u.place
                )
                INSERT INTO history (revision, n, kind, name)
                    SELECT latest, n + row_number() OVER (ORDER BY g.place) - 1, 'deleted', g.name FROM gone g;
                GET DIAGNOSTICS more = ROW_COUNT;
                n := n + more;
            END IF;
            IF append_from <= append_ends[i] THEN
                INSERT INTO journals (name, idx, entry)
                    SELECT a.name,
                           coalesce((SELECT max(j.idx) + 1 FROM journals j WHERE j.name = a.name), 0)
                               + row_number() OVER (PARTITION BY a.name ORDER BY a.place) - 1,
                           a.entry
                    FROM unnest(append_journals[append_from:append_ends[i]],
                                append_entries[append_from:append_ends[i]])
                         WITH ORDINALITY AS a (name, entry, place);
                INSERT INTO history (revision, n, kind, name)
                    SELECT latest, n + a.place - 1, 'appended', a.name
                    FROM unnest(append_journals[append_from:append_ends[i]]) WITH ORDINALITY AS a (name, place);
            END IF;
            committed := latest;
        END batch;
        RETURN NEXT;
        expect_from := expect_ends[i] + 1;
        put_from := put_ends[i] + 1;
        delete_from := delete_ends[i] + 1;
        append_from := append_ends[i] + 1;
    END LOOP;
    IF latest > before THEN
        UPDATE counter SET revision = latest;
        PERFORM pg_notify('drydock_' || current_schema(), latest::text);
    END IF;
END
$body$;
