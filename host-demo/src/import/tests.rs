use super::*;
use crate::{
    contract::{CrmChange, RecordKind, RecordState},
    crm::testing::{TestCrm, attributes, contact},
};

const HEADER: &str = "id,kind,last_name,birth_date,primary,spotler,active,bulk_email,permissions\n";

async fn import_text(it: &TestCrm, rows: &str) -> ImportReport {
    let file = format!("{HEADER}{rows}");
    import(&it.crm, file.as_bytes(), |_| {})
        .await
        .expect("imported")
}

fn problems(report: &ImportReport) -> Vec<(u64, Option<&str>)> {
    report
        .errors
        .iter()
        .map(|it| (it.line, it.column()))
        .collect()
}

#[tokio::test]
async fn good_rows_are_kept_and_bad_ones_come_back_by_line_and_column() {
    let it = TestCrm::open().await;
    let report = import_text(
        &it,
        "p1,contact,Jansen,1971-02-28,no,yes,yes,allow,Nieuwsbrief\n\
         p2,contact,,,no,yes,yes,allow,\n\
         p3,customer,Smit,,no,yes,yes,allow,\n\
         p1,contact,Smit,,no,yes,yes,allow,\n\
         p4,contact,Smit,1971-02-30,no,yes,yes,allow,\n\
         p5,contact,Smit\n\
         p6,contact,Smit,,no,yes,yes,allow,,extra\n\
         p7,contact,Smit,,no,yes,yes,allow,Onboarding;Reclame\n\
         ,contact,Smit,,no,yes,yes,allow,\n\
         p8,contact,Smit,,maybe,yes,yes,allow,\n\
         p9,contact,Smit,,no,no,no,do-not-allow,-Onboarding\n\
         p10,contact,\"Smit,,no,no,no,allow,\n",
    )
    .await;
    assert_eq!((report.rows, report.created), (12, 2));
    let expected = [
        (3, Some("last_name")),
        (4, Some("kind")),
        (5, Some("id")),
        (6, Some("birth_date")),
        (7, None),
        (8, None),
        (9, Some("permissions")),
        (10, Some("id")),
        (11, Some("primary")),
        (13, None),
    ];
    assert_eq!(problems(&report), expected);
    assert_eq!(report.errors[9].problem, RowProblem::UnclosedQuote);
    assert_eq!(report.errors[2].problem, RowProblem::DuplicateId(2));
}

#[tokio::test]
async fn an_error_never_says_the_value() {
    let it = TestCrm::open().await;
    let report = import_text(
        &it,
        "p4,contact,Zwartevorst,1971-02-30,no,yes,yes,allow,\n\
         p7,contact,Zwartevorst,,no,yes,yes,allow,Geheimpje\n",
    )
    .await;
    let told: String = report
        .errors
        .iter()
        .map(|it| format!("{it} {it:?}"))
        .collect();
    for value in ["1971", "Zwartevorst", "Geheimpje"] {
        assert!(!told.contains(value), "{told}");
    }
}

#[tokio::test]
async fn what_a_row_says_is_what_the_record_has() {
    let it = TestCrm::open().await;
    import_text(
        &it,
        "p9,contact,Smit,1971-02-28,yes,yes,no,do-not-allow,Nieuwsbrief;-Onboarding\n",
    )
    .await;
    let record = it
        .crm
        .record(&contact("p9"))
        .await
        .expect("read")
        .expect("there");
    assert_eq!((record.state, record.gate), (RecordState::Inactive, true));
    assert!(record.is_primary() && !record.mail.allowed);
    assert_eq!(record.permissions[&1].consent, Consent::Given);
    assert_eq!(record.permissions[&1].evidence, "import");
    assert_eq!(record.permissions[&2].consent, Consent::Withdrawn);
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let it = TestCrm::open().await;
    let rows = "p1,contact,Jansen,,no,yes,yes,allow,Nieuwsbrief\np2,lead,Smit,,no,no,yes,allow,\n";
    import_text(&it, rows).await;
    let before = it.crm.dump().await.expect("dump");
    let again = import_text(&it, rows).await;
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 2));
    assert_eq!(it.crm.dump().await.expect("dump"), before);
    assert_eq!(it.waiting().await, 2);
}

#[tokio::test]
async fn a_file_does_not_lift_an_opt_out() {
    let it = TestCrm::open().await;
    import_text(&it, "p1,contact,Jansen,,no,yes,yes,allow,Nieuwsbrief\n").await;
    let anna = contact("p1");
    it.crm
        .set_permission(&anna, 1, Consent::Withdrawn, "letter")
        .await
        .expect("saved");
    it.crm.set_mail(&anna, false).await.expect("saved");
    let report = import_text(&it, "p1,contact,Janssen,,no,yes,yes,allow,Nieuwsbrief\n").await;
    assert_eq!((report.updated, report.opt_outs_kept), (1, 2));
    let record = it.crm.record(&anna).await.expect("read").expect("there");
    assert_eq!(record.permissions[&1].consent, Consent::Withdrawn);
    assert!(!record.mail.allowed);
    assert_eq!(record.text("last_name"), "Janssen");
}

/// A file that stops half-way, as after a kill, and then the whole of it.
#[tokio::test]
async fn an_import_that_was_killed_ends_in_the_same_state() {
    let rows: Vec<String> = (0..450)
        .map(|it| format!("p{it},contact,Smit{it},,no,yes,yes,allow,\n"))
        .collect();
    let whole = TestCrm::open().await;
    import_text(&whole, &rows.concat()).await;
    let killed = TestCrm::open().await;
    import_text(&killed, &rows[..230].concat()).await;
    let rest = import_text(&killed, &rows.concat()).await;
    assert_eq!((rest.created, rest.unchanged), (220, 230));
    let states = (
        whole.crm.dump().await.expect("dump"),
        killed.crm.dump().await.expect("dump"),
    );
    assert_eq!(states.0, states.1);
}

#[tokio::test]
async fn permissions_are_asked_for_only_once_they_are_known() {
    let it = TestCrm::empty().await;
    let file = format!("{HEADER}p1,contact,Jansen,,no,yes,yes,allow,Nieuwsbrief\n");
    let error = import(&it.crm, file.as_bytes(), |_| {})
        .await
        .expect_err("not activated");
    assert!(matches!(error, ImportError::NotActivated), "{error}");
    assert!(it.crm.record(&contact("p1")).await.expect("read").is_none());
    let without = "id,kind,last_name\np1,contact,Jansen\n";
    let report = import(&it.crm, without.as_bytes(), |_| {})
        .await
        .expect("imported");
    assert_eq!(report.created, 1);
}

#[tokio::test]
async fn an_unknown_column_stops_the_import_before_it_starts() {
    let it = TestCrm::open().await;
    let error = import(&it.crm, "id,kind,shoe_size\n".as_bytes(), |_| {}).await;
    assert!(matches!(error, Err(ImportError::UnknownColumn(column)) if column == "shoe_size"));
}

/// The file that comes with the demo, against what its own README says of it.
#[tokio::test]
async fn the_example_file_imports_as_its_readme_says() {
    let it = TestCrm::open().await;
    let names = [
        "Maandelijkse nieuwsbrief",
        "Kwartaal nieuwsbrief",
        "Beheerder",
        "Prospect Lost - geen contact",
        "Download e-book",
        "Prospect uitstel",
        "Prospect lost - geen interesse",
        "Onboarding",
    ];
    it.apply(CrmChange::PermissionAttributes(attributes(&names)))
        .await;
    let file = include_str!("../../../examples/contacts.csv");
    let report = import(&it.crm, file.as_bytes(), |_| {})
        .await
        .expect("imported");
    assert_eq!((report.rows, report.created), (1152, 1140));
    let readme = include_str!("../../../examples/README.md");
    let (_, malformed) = readme.split_once("## Malformed rows").expect("the heading");
    let told: Vec<u64> = malformed
        .lines()
        .filter_map(|it| it.strip_prefix("| ")?.split_once(' ')?.0.parse().ok())
        .collect();
    let lines: Vec<u64> = report.errors.iter().map(|it| it.line).collect();
    assert_eq!(lines, told);
    let lead = RecordRef {
        kind: RecordKind::Lead,
        id: "L-0127".to_owned(),
    };
    let lead = it.crm.record(&lead).await.expect("read").expect("there");
    assert_eq!(lead.text("topic"), "Vraagt om een demonstratie");
}
