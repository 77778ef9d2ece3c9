//! The attacks: what each tries, and how it must end.

use super::guest::Texts;
use super::server::{Answering, Server};

/// One attack.
pub(super) struct Attack {
    /// What is attacked, as the table groups it.
    pub(super) on: &'static str,
    /// What is tried.
    pub(super) tries: &'static str,
    /// What stops it, in words.
    pub(super) stopped_by: &'static str,
    /// Outcome and code of the history line.
    pub(super) ends: &'static str,
    pub(super) spotler: Answering,
    pub(super) body: fn(&mut Texts, &Places) -> String,
}

/// Addresses that an attack may name.
pub(super) struct Places<'a> {
    /// The one that it may reach, and the one that it may not.
    pub(super) spotler: &'a Server,
    pub(super) elsewhere: &'a Server,
}

const FINE: &str = "(call $say (i32.const 256) (i32.const 4))";

/// A GET of a path below the allowed one, with a header more.
fn get(
    texts: &mut Texts,
    authority: &str,
    path: &str,
    header: (&str, &str),
    whole: bool,
) -> String {
    method(texts, 0, authority, path, header, whole)
}

fn method(
    texts: &mut Texts,
    method: u8,
    authority: &str,
    path: &str,
    (name, value): (&str, &str),
    whole: bool,
) -> String {
    format!(
        "(call $request (i32.const {method}) {} {} {} {} (i32.const {}))",
        texts.put(authority),
        texts.put(path),
        texts.put(name),
        texts.put(value),
        i32::from(whole)
    )
}

fn endlessly(body: &str) -> String {
    format!("(loop $for_ever {body} (br $for_ever)) unreachable")
}

/// Sets the text of the only change (from 8192 on) and asks for it.
fn change(case: u8, fields: &str) -> String {
    format!(
        "(i32.store8 (i32.const 8192) (i32.const {case})) {fields}
         (call $changes (i32.const 8192) (i32.const 1))"
    )
}

/// Stores address and length of a text.
fn text_at(texts: &mut Texts, at: u32, text: &str) -> String {
    let constants = texts.put(text);
    let (address, length) = constants.split_once(") (").expect("two constants");
    format!(
        "(i32.store (i32.const {at}) {address})) (i32.store (i32.const {}) ({length})",
        at + 4
    )
}

fn sign(texts: &mut Texts, base_string: &str) -> String {
    format!(
        "(call $sign {} (i32.const 512))
         (if (i32.load8_u (i32.const 512)) (then (return
            (call $say_number (i32.const 269) (i32.const 6) (i32.load8_u (i32.const 516))))))
         {FINE}",
        texts.put(base_string)
    )
}

/// Every attack, in the order of the table.
pub(super) fn all() -> Vec<Attack> {
    let mut all = machine();
    all.extend(network());
    all.extend(memory());
    all.extend(answers());
    all
}

fn attack(
    on: &'static str,
    tries: &'static str,
    stopped_by: &'static str,
    ends: &'static str,
    body: fn(&mut Texts, &Places) -> String,
) -> Attack {
    Attack {
        on,
        tries,
        stopped_by,
        ends,
        spotler: Answering::Fine,
        body,
    }
}

/// Attacks on the machine.
fn machine() -> Vec<Attack> {
    let on = "machine";
    vec![
        attack(
            on,
            "an endless loop",
            "`Limits::compute`",
            "fault limit-compute",
            |_, _| endlessly(""),
        ),
        attack(
            on,
            "sleeping for ever",
            "`Limits::call`",
            "fault call-timeout",
            |_, _| format!("(call $block (call $timer (i64.const -1))) {FINE}"),
        ),
        attack(
            on,
            "a memory bomb",
            "`Limits::memory_bytes`, all memories together",
            "fault limit-memory",
            |_, _| endlessly("(drop (memory.grow (i32.const 16)))"),
        ),
        attack(
            on,
            "a table bomb",
            "`Limits::table_elements`",
            "fault limit-tables",
            |_, _| endlessly("(drop (table.grow $table (ref.null func) (i32.const 1000)))"),
        ),
        attack(
            on,
            "calling itself without end",
            "the stack's size",
            "fault stack-overflow",
            |_, _| format!("(drop (call $deep (i32.const 0))) {FINE}"),
        ),
        attack(
            on,
            "a trap",
            "nothing of the call remains",
            "fault trap",
            |_, _| "unreachable".to_owned(),
        ),
        attack(
            on,
            "a terabyte of random bytes",
            "64 MiB at a time",
            "fault limit-or-trap",
            |_, _| format!("(call $random (i64.const 1099511627776) (i32.const 512)) {FINE}"),
        ),
        attack(
            on,
            "headers without end, each a thing that the host holds",
            "`Limits::resources`",
            "fault limit-resources",
            |_, _| endlessly("(drop (call $fields))"),
        ),
        attack(
            on,
            "calls of the host without end",
            "`Limits::host_calls`",
            "fault limit-host-calls",
            |_, _| endlessly("(call $bucket (i32.const 301) (i32.const 1))"),
        ),
    ]
}

/// Attacks through requests.
#[expect(clippy::too_many_lines, reason = "a table, read row by row")]
fn network() -> Vec<Attack> {
    let on = "requests";
    let fine = |tries, stopped_by, ends, body| attack(on, tries, stopped_by, ends, body);
    let from = |spotler, tries, stopped_by, ends, body| Attack {
        spotler,
        ..attack(on, tries, stopped_by, ends, body)
    };
    vec![
        fine(
            "a request to another host",
            "`HTTP-request-denied`",
            "synced error-015",
            |texts, it| {
                get(
                    texts,
                    it.elsewhere.authority(),
                    "/api/contact",
                    ("", ""),
                    false,
                )
            },
        ),
        fine(
            "a request to another path of the same host",
            "`HTTP-request-denied`",
            "synced error-015",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/other/contact",
                    ("", ""),
                    false,
                )
            },
        ),
        fine(
            "climbing out of the path with `%2e%2e`",
            "`HTTP-request-denied`",
            "synced error-015",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/%2e%2e/other",
                    ("", ""),
                    false,
                )
            },
        ),
        fine(
            "the allowed host as a user name of another",
            "an authority without a user",
            "synced error-015",
            |texts, it| {
                let authority = format!(
                    "{}@{}",
                    it.spotler.authority().replace(':', "%3a"),
                    it.elsewhere.authority()
                );
                get(texts, &authority, "/api/contact", ("", ""), false)
            },
        ),
        from(
            Answering::Redirect,
            "a redirect to another host",
            "no redirect is followed",
            "synced status-302",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    ("", ""),
                    false,
                )
            },
        ),
        from(
            Answering::Endless,
            "an answer without end",
            "`Limits::response_body_bytes`",
            "synced cut-off",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    ("", ""),
                    true,
                )
            },
        ),
        from(
            Answering::Dripping,
            "an answer of which a byte comes now and then",
            "`Limits::call`",
            "fault call-timeout",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    ("", ""),
                    true,
                )
            },
        ),
        from(
            Answering::EndlessHead,
            "an answer whose headers do not end",
            "`connection-terminated`",
            "synced error-007",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    ("", ""),
                    false,
                )
            },
        ),
        fine(
            "requests without end",
            "`Limits::requests`",
            "synced error-015",
            |texts, it| {
                let once = get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    ("", ""),
                    false,
                );
                format!(
                    "(loop $more (result i32) {once} (local.set $j)
                   (local.set $i (i32.add (local.get $i) (i32.const 1)))
                   (br_if $more (i32.lt_u (local.get $i) (i32.const 100)))
                   (local.get $j))"
                )
            },
        ),
        fine(
            "a header with a line break in its value",
            "headers are checked when they are made",
            "synced refused",
            |texts, it| {
                let smuggled = ("accept", "*/*\r\nhost: evil.example");
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    smuggled,
                    false,
                )
            },
        ),
        fine(
            "a `Host` of its own",
            "headers of the connection belong to the host",
            "synced refused",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    ("host", "evil.example"),
                    false,
                )
            },
        ),
        fine(
            "a `Transfer-Encoding` of its own",
            "headers of the connection belong to the host",
            "synced refused",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    ("transfer-encoding", "chunked"),
                    false,
                )
            },
        ),
        fine(
            "a password in `Authorization`",
            "`OAuth` and nothing else",
            "synced error-015",
            |texts, it| {
                let password = ("authorization", "Basic ZGVtbzpkZW1v");
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    password,
                    false,
                )
            },
        ),
        fine(
            "a header that the API does not need",
            "a list of four headers",
            "synced error-015",
            |texts, it| {
                let forwarded = ("x-forwarded-host", "evil.example");
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact",
                    forwarded,
                    false,
                )
            },
        ),
        fine(
            "a line break in the path",
            "paths are checked when they are made",
            "synced refused",
            |texts, it| {
                get(
                    texts,
                    it.spotler.authority(),
                    "/api/contact HTTP/1.1\r\nhost: evil.example",
                    ("", ""),
                    false,
                )
            },
        ),
        fine(
            "the method `CONNECT`",
            "the four methods of the API",
            "synced error-015",
            |texts, it| {
                method(
                    texts,
                    5,
                    it.spotler.authority(),
                    "/api/contact",
                    ("", ""),
                    false,
                )
            },
        ),
        fine(
            "a signature for another address",
            "`foreign-address`",
            "synced error-001",
            |texts, _| {
                sign(
                    texts,
                    "GET&https%3A%2F%2Fevil.example%2Fapi&oauth_consumer_key%3Da%26oauth_nonce%3Db",
                )
            },
        ),
        fine(
            "a signature under any text",
            "`malformed`",
            "synced error-002",
            |texts, _| sign(texts, "I owe you a thousand euros"),
        ),
    ]
}

/// Attacks through the key-value store.
fn memory() -> Vec<Attack> {
    let on = "memory";
    vec![
        attack(
            on,
            "the bucket of another tenant, by a path",
            "names of small letters only",
            "synced no-such-store",
            |texts, _| {
                format!(
                    "(call $bucket {}) (if (i32.load8_u (i32.const 512)) (then (return
                   (call $say (i32.const 301) (i32.const 13))))) {FINE}",
                    texts.put("../neighbour/memory")
                )
            },
        ),
        attack(
            on,
            "a key of another tenant, in the bucket of that name",
            "the tenant is the host's part of every key",
            "synced nothing-there",
            |_, _| {
                format!(
                "(call $bucket (i32.const 329) (i32.const 6))
                 (call $get (i32.load (i32.const 516)) (i32.const 256) (i32.const 4) (i32.const 512))
                 (if (i32.eqz (i32.load8_u (i32.const 516))) (then (return
                   (call $say (i32.const 315) (i32.const 13))))) {FINE}"
            )
            },
        ),
        attack(
            on,
            "a flood of values",
            "`Limits::written_bytes`",
            "synced refused",
            |_, _| flood(1_000, 60_000),
        ),
        attack(
            on,
            "a value that is too long",
            "`Limits::value_bytes`",
            "synced refused",
            |_, _| flood(1, 1_100_000),
        ),
    ]
}

/// Writes so many values of a length, until one is refused.
fn flood(count: u32, bytes: u32) -> String {
    format!(
        "(drop (memory.grow (i32.const 32)))
         (call $bucket (i32.const 329) (i32.const 6))
         (local.set $j (i32.load (i32.const 516)))
         (loop $more
           (i32.store8 (i32.const 600) (i32.and (local.get $i) (i32.const 127)))
           (i32.store8 (i32.const 601) (i32.shr_u (local.get $i) (i32.const 7)))
           (call $set (local.get $j) (i32.const 600) (i32.const 2)
             (i32.const 65536) (i32.const {bytes}) (i32.const 512))
           (if (i32.load8_u (i32.const 512))
             (then (return (call $say (i32.const 277) (i32.const 7)))))
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br_if $more (i32.lt_u (local.get $i) (i32.const {count}))))
         {FINE}"
    )
}

/// Lies in the answer.
#[expect(clippy::too_many_lines, reason = "a table, read row by row")]
fn answers() -> Vec<Attack> {
    let on = "answer";
    vec![
        attack(
            on,
            "an outcome that there is none of",
            "the contract's types",
            "fault limit-or-trap",
            |_, _| format!("(i32.store8 {FINE} (i32.const 9)) (i32.const 1024)"),
        ),
        attack(
            on,
            "a code with a person's name",
            "codes are kebab-case",
            "fault code-malformed",
            |texts, _| format!("(call $say {})", texts.put("Anna de Boer")),
        ),
        attack(
            on,
            "a code of a thousand letters",
            "a code has at most 64",
            "fault code-malformed",
            |texts, _| format!("(call $say {})", texts.put(&"a".repeat(1_000))),
        ),
        attack(
            on,
            "100,000 changes",
            "`Limits::handed_over_bytes`",
            "fault limit-handed-over",
            |_, _| {
                "(drop (memory.grow (i32.const 1000)))
             (call $changes (i32.const 131072) (i32.const 100000))"
                    .to_owned()
            },
        ),
        attack(
            on,
            "25,000 changes",
            "`Limits::changes`",
            "fault too-many-changes",
            |_, _| {
                "(drop (memory.grow (i32.const 500)))
             (call $changes (i32.const 131072) (i32.const 25000))"
                    .to_owned()
            },
        ),
        attack(
            on,
            "a change of a record without an id",
            "ids of 1 to 200 bytes",
            "fault record-malformed",
            |_, _| change(0, ""),
        ),
        attack(
            on,
            "a change of a record of another tenant",
            "records are looked for within the tenant",
            "fault change-impossible",
            |texts, _| {
                let fields = text_at(texts, 8204, "good") + &text_at(texts, 8216, "fine");
                change(0, &fields)
            },
        ),
        attack(
            on,
            "1,001 records to be synced again",
            "`Limits::sync_again`",
            "fault too-many-to-sync-again",
            |texts, _| {
                let id = texts.put("1");
                let address = id.split_once(") (").expect("two").0;
                format!(
                    "(loop $more
                   (i32.store offset=20004 (i32.mul (local.get $i) (i32.const 12)) {address}))
                   (i32.store offset=20008 (i32.mul (local.get $i) (i32.const 12)) (i32.const 1))
                   (local.set $i (i32.add (local.get $i) (i32.const 1)))
                   (br_if $more (i32.lt_u (local.get $i) (i32.const 1001))))
                 {}",
                    change(
                        14,
                        "(i32.store (i32.const 8200) (i32.const 20000))
                            (i32.store (i32.const 8204) (i32.const 1001))"
                    )
                )
            },
        ),
        attack(
            on,
            "a log line of 64 KiB",
            "facts of at most 2,048 bytes, on one line",
            "fault facts-malformed",
            |texts, _| {
                // level at 8200, code at 8204, the list of facts at 8212; a fact at 12000.
                let fact = text_at(texts, 12_000, "detail")
                    + "(drop (memory.grow (i32.const 2))) (i32.store (i32.const 12008) (i32.const 131072)) (i32.store (i32.const 12012) (i32.const 65536))";
                let fields = text_at(texts, 8204, "note")
                    + "(i32.store (i32.const 8212) (i32.const 12000)) (i32.store (i32.const 8216) (i32.const 1))";
                format!("{fact} {}", change(10, &fields))
            },
        ),
        attack(
            on,
            "a cursor above 16 KiB",
            "`Limits::cursor_bytes`",
            "fault cursor-too-long",
            |_, _| {
                "(drop (memory.grow (i32.const 2)))
             (i32.store8 (i32.const 1064) (i32.const 1))
             (i32.store (i32.const 1068) (i32.const 131072))
             (i32.store (i32.const 1072) (i32.const 16385))
             (call $defer)"
                    .to_owned()
            },
        ),
        attack(
            on,
            "“later”, at the end of time",
            "at most seven days",
            "deferred fine",
            |_, _| {
                "(i32.store8 (i32.const 1048) (i32.const 1))
             (i64.store (i32.const 1056) (i64.const -1))
             (call $defer)"
                    .to_owned()
            },
        ),
        attack(
            on,
            "steps without end, and progress that shrinks",
            "a step that does nothing and leads to itself pauses; what is done never shrinks",
            "deferred fine",
            |texts, _| {
                // 5 of 9 in the first step, 1 of 9 from the next one on.
                let cursor = text_at(texts, 1068, "again");
                let unit = text_at(texts, 1104, "records");
                format!(
                    "(i32.store8 (i32.const 1064) (i32.const 1)) {cursor}
                 (i32.store8 (i32.const 1080) (i32.const 1)) {unit}
                 (i64.store (i32.const 1088) (if (result i64) (global.get $cursor)
                   (then (i64.const 1)) (else (i64.const 5))))
                 (i64.store (i32.const 1096) (i64.const 9))
                 (call $defer)"
                )
            },
        ),
        attack(
            on,
            "the opt-out of a person, lifted",
            "what was said in the CRM stands",
            "synced fine",
            |texts, _| {
                let fields = text_at(texts, 8204, "x1")
                    + "(i32.store8 (i32.const 8212) (i32.const 1)) (i32.store8 (i32.const 8213) (i32.const 1))"
                    + &text_at(texts, 8216, "lie");
                format!("(drop {}) {FINE}", change(1, &fields))
            },
        ),
    ]
}
