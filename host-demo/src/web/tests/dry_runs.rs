//! Beside every button that writes there is one that only shows what would happen.

use std::path::Path;

/// What of a form of a template tells that it can be tried.
const TRIED_BY: [&str; 3] = ["dry_run.html", "dry_tick.html", "name=\"what-if\""];

/// Forms that write and cannot be tried: template, what tells the form, and why.
const EXCEPTIONS: [(&str, &str, &str); 9] = [
    (
        "bulk_choose.html",
        "action=\"/bulk\"",
        "notes who is chosen; the next page asks what is to change",
    ),
    (
        "bulk_set.html",
        "action=\"/bulk/{{ number }}\"",
        "leads to the page that shows what would change",
    ),
    (
        "campaigns.html",
        "action=\"/campaigns\"",
        "leads to the plan, which says what would happen",
    ),
    (
        "journey_fields.html",
        "name=\"message\"",
        "reads a text and says what is wrong with it; nothing is saved",
    ),
    (
        "kept.html",
        "value=\"forget\"",
        "deletes what the CRM keeps; Spotler hears nothing",
    ),
    ("login.html", "action=\"/login\"", "logs in"),
    ("layout.html", "action=\"/logout\"", "logs out"),
    (
        "record.html",
        "value=\"hide-block\"",
        "how the user likes the page",
    ),
    (
        "tasks.html",
        "name=\"key\"",
        "ends a task of the CRM; Spotler hears nothing",
    ),
];

/// Users are of the CRM alone.
const OF_THE_CRM: &str = "users.html";

/// The forms of a template that are sent with POST.
fn forms(template: &str) -> Vec<&str> {
    let forms = template.split("<form").skip(1);
    let forms = forms.map(|it| it.split("</form>").next().unwrap_or_default());
    forms.filter(|it| it.contains("method=\"post\"")).collect()
}

#[test]
fn every_form_that_writes_can_be_tried_or_has_a_reason_not_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let (mut tried, mut excepted, mut without) = (0, Vec::new(), Vec::new());
    for file in std::fs::read_dir(folder).expect("templates") {
        let file = file.expect("a template");
        let name = file.file_name().to_string_lossy().into_owned();
        let template = std::fs::read_to_string(file.path()).expect("a template");
        for form in forms(&template) {
            let exception = EXCEPTIONS
                .iter()
                .position(|(of, mark, _)| *of == name && form.contains(mark));
            if TRIED_BY.iter().any(|it| form.contains(it)) {
                tried += 1;
            } else if let Some(exception) = exception {
                excepted.push(exception);
            } else if name != OF_THE_CRM {
                without.push(format!(
                    "{name}: {}",
                    form.lines().next().unwrap_or_default()
                ));
            }
        }
    }
    assert_eq!(without, [""; 0], "forms that write and cannot be tried");
    assert!(tried > 25, "only {tried} forms were found");
    let all: Vec<usize> = (0..EXCEPTIONS.len()).collect();
    excepted.sort_unstable();
    assert_eq!(excepted, all, "an exception that no form needs");
}
