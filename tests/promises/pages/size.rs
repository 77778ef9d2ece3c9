//! Pages with many records beside pages with few. What is checked in every run is
//! the size of each page, which no load of the machine changes; `cargo xtask bench
//! --pages 1000,100000` prints how long each takes, side by side.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use koppel_tests::pages::Browser;
use koppel_tests::{World, anna};
use sqlx::AssertSqlSafe;

/// More records than any page shows, and five times as many.
const SIZES: &str = "600,3000";
/// A page is asked for so often; the middle time counts.
const TIMES: usize = 5;

/// Numbers 1 to `count`, to select from.
fn numbers(count: usize) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
}

/// What makes so many of everything out of one of each.
fn statements(count: usize) -> Vec<String> {
    let n = numbers(count);
    vec![
        format!(
            "INSERT INTO crm_records (tenant, kind, id, revision, state, gate, sync_enabled,
                 mail_allowed, mail_changed_at, mail_origin, mail_evidence, owner, relation,
                 primary_contact, name, email, sort_name, search, fields, status, reason)
             {n} SELECT tenant, kind, 'p' || i, revision, state, gate, sync_enabled,
                 mail_allowed, mail_changed_at, mail_origin, mail_evidence, owner, relation,
                 primary_contact, 'Naam ' || i, 'p' || i || '@voorbeeld.nl',
                 'naam ' || substr(CAST(10000000 + i AS TEXT), 2), 'naam ' || i || ' p' || i || '@voorbeeld.nl',
                 fields, status, reason
             FROM crm_records, n WHERE id = '1' AND kind = 'contact'"
        ),
        format!(
            "INSERT INTO koppel_history (tenant, event, hook, subject, attempt, outcome, reason,
                 about, why, requests, started_at, ended_at)
             {n} SELECT tenant, event, hook, 'contact/p' || i, attempt, outcome, reason, about,
                 why, requests, started_at, ended_at
             FROM (SELECT * FROM koppel_history WHERE subject = 'contact/1' LIMIT 1) AS one, n"
        ),
        format!(
            "INSERT INTO crm_log (tenant, at, level, code, about)
             {n} SELECT tenant, at, level, code, about
             FROM (SELECT * FROM crm_log LIMIT 1) AS one, n"
        ),
        format!(
            "INSERT INTO crm_outbox (tenant, key, user_id, code, about, at)
             {n} SELECT tenant, 'm' || i, 'admin', 'notify-exported', '[]', i
             FROM (SELECT tenant FROM crm_records WHERE id = '1') AS one, n"
        ),
        format!(
            "INSERT INTO crm_tasks (tenant, key, code, owner, kind, id, about, due, open,
                 created_at, changed_at)
             {n} SELECT tenant, 't' || i, 'task-bounce', 'owner-' || (i % 3), 'contact',
                 'p' || i, '[]', NULL, 1, i, i
             FROM (SELECT tenant FROM crm_records WHERE id = '1') AS one, n"
        ),
        format!(
            "INSERT INTO crm_jobs (tenant, number, operation, user_id, asked, status, result_code,
                 about, open_events, records, awaited, failed, created_at, started_at, ended_at)
             {n} SELECT tenant, number + i, operation, user_id, asked, status, result_code, about,
                 open_events, records, awaited, failed, created_at, started_at, ended_at
             FROM (SELECT * FROM crm_jobs ORDER BY number DESC LIMIT 1) AS one, n"
        ),
        format!(
            "INSERT INTO crm_job_records (tenant, number, kind, id, status, code, about, awaited, at)
             {n} SELECT tenant, 1, 'contact', 'p' || i, 'succeeded', 'updated', '[]', 0, 1
             FROM (SELECT tenant FROM crm_records WHERE id = '1') AS one, n"
        ),
        format!(
            "INSERT INTO crm_marketing_list_members (tenant, list, id)
             {n} SELECT tenant, 'l1', 'p' || i
             FROM (SELECT tenant FROM crm_records WHERE id = '1') AS one, n"
        ),
        format!(
            "INSERT INTO crm_mailings (tenant, id, name, medium, online_version, sent_at, sent,
                 target_group, details)
             {n} SELECT tenant, 'mailing-' || i, 'Nieuws', 'email', NULL, i, 10, 'Lijst', NULL
             FROM (SELECT tenant FROM crm_records WHERE id = '1') AS one, n"
        ),
        format!(
            "INSERT INTO crm_campaigns (tenant, id, title, channel, system, list_name, selection,
                 permission, auto_close, created_at)
             {n} SELECT tenant, 'c-' || i, 'Actie', 'external', 'spotler', 'Actie ' || i,
                 selection, NULL, 0, i
             FROM (SELECT * FROM crm_campaigns LIMIT 1) AS one, n"
        ),
        format!(
            "INSERT INTO crm_activities (tenant, key, kind, id, activity_kind, at, title, facts)
             {n} SELECT tenant, 'a' || i, 'contact', 'p' || i, 'email', i, 'Nieuws', '[]'
             FROM (SELECT tenant FROM crm_records WHERE id = '1') AS one, n"
        ),
        format!(
            "INSERT INTO crm_sales (tenant, id, scheme, stage, kind, record)
             {n} SELECT tenant, 's' || i, 'sales', 'lead', 'contact', 'p' || i
             FROM (SELECT tenant FROM crm_records WHERE id = '1') AS one, n"
        ),
    ]
}

/// A world with so many of everything.
async fn filled(count: usize) -> World {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world.act("sync-contact", &["1"]).await;
    let crm = world.host.crm();
    let campaign = crate::campaigns::form(crate::campaigns::everybody());
    crm.new_campaign("c1", campaign).await.expect("a campaign");
    let list = host_demo::crm::lists::NewList {
        name: "Klanten".to_owned(),
        list_type: host_demo::contract::ListType::StaticList,
        target: host_demo::contract::RecordKind::Contact,
        form: None,
        filter: None,
    };
    crm.create_list("l1", list).await.expect("a list");
    world.run().await;
    let filled = crm.store().write(crm.tenant(), move |connection| {
        Box::pin(async move {
            for statement in statements(count) {
                sqlx::query(AssertSqlSafe(statement))
                    .execute(&mut *connection)
                    .await?;
            }
            sqlx::query("ANALYZE").execute(connection).await?;
            Ok::<_, sqlx::Error>(())
        })
    });
    if let Err(error) = filled.await {
        panic!("the tables were not filled: {error:?}");
    }
    world
}

/// Each page, by its address.
const PAGES: [&str; 25] = [
    "/",
    "/records",
    "/records?status=succeeded",
    "/records?search=nobody-is-called-so",
    "/records/contact/p50",
    "/marketing/contact/p50",
    "/kept/contact/p50",
    "/participations/contact/p50",
    "/tasks",
    "/tasks?owner=owner-1",
    "/campaigns",
    "/campaigns/c1",
    "/mailings",
    "/journeys",
    "/lists",
    "/lists/l1",
    "/sales",
    "/shop",
    "/jobs",
    "/jobs/1",
    "/bulk",
    "/backups",
    "/messages",
    "/log",
    "/health",
];

/// What a page came to: its size, and the middle of its times.
async fn measured(browser: &Browser) -> BTreeMap<&'static str, (usize, Duration)> {
    let mut all = BTreeMap::new();
    for address in PAGES {
        let mut times = Vec::new();
        let mut size = 0;
        for _ in 0..TIMES {
            let began = Instant::now();
            size = browser.page(address).await.len();
            times.push(began.elapsed());
        }
        times.sort_unstable();
        all.insert(address, (size, times[TIMES / 2]));
    }
    all
}

/// A page shows so many rows and not more, however many there are; the next page
/// starts after the last row.
#[tokio::test]
async fn no_page_grows_with_the_number_of_records() {
    let asked = std::env::var("KOPPEL_PAGES").unwrap_or_else(|_| SIZES.to_owned());
    let sizes: Vec<usize> = asked
        .split(',')
        .filter_map(|it| it.trim().parse().ok())
        .collect();
    let mut all = Vec::new();
    for count in &sizes {
        let world = filled(*count).await;
        all.push(measured(&world.browser("admin").await).await);
    }
    let (Some(few), Some(many)) = (all.first(), all.last()) else {
        panic!("`KOPPEL_PAGES` names no size: {asked}");
    };
    println!(
        "\n{:<40} {:>10} {:>10} {:>7}   records: {asked}",
        "page", "few", "many", "ratio"
    );
    for address in PAGES {
        let ((small, before), (large, after)) = (few[address], many[address]);
        let ms = |it: Duration| it.as_secs_f64() * 1000.0;
        let (before, after) = (ms(before), ms(after));
        println!(
            "{address:<40} {before:>7.1} ms {after:>7.1} ms {:>7.2}",
            after / before
        );
        assert!(
            large <= small + small / 4 + 1_000,
            "{address}: {small}, then {large} bytes"
        );
    }
}
