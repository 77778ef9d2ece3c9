//! `--dry-run`: what a command would lead to, field by field, with nothing saved
//! and nothing sent. The values are a person's: they are printed for whoever
//! asked, and kept nowhere.

use koppel_embedding::{
    Plan,
    contract::outcomes::{Answer, Outcome, Reason, RuleApplied},
    plan::{Before, Difference, PlannedCall, PlannedWrite},
};
use serde_json::{Value, json};

use super::{
    output::{or_dash, print, table},
    session::Session,
};
use crate::{
    crm::{Rehearsal, dump::facts},
    explain::{Explainer, Language},
};

/// Plans what the command would have queued, and prints it.
pub(crate) async fn show(
    session: &Session,
    rehearsal: &Rehearsal,
    most_calls: usize,
) -> anyhow::Result<()> {
    let (request, left_out) = rehearsal.take();
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let mut plan = host.plan(request, most_calls).await?;
    plan.left += left_out;
    let text = if session.json() {
        serde_json::to_string_pretty(&to_json(&plan, &explainer))?
    } else {
        describe(&plan, &explainer)
    };
    print(&text)
}

fn outcome_of(answer: &Answer) -> (&'static str, &Reason) {
    match &answer.outcome {
        Outcome::Synced(reason) => ("synced", reason),
        Outcome::Skipped(reason) => ("skipped", reason),
        Outcome::Deferred(deferral) => ("deferred", &deferral.reason),
        Outcome::Rejected(rejection) => ("rejected", &rejection.reason),
    }
}

fn to_json(plan: &Plan, explainer: &Explainer) -> Value {
    let rule =
        |it: &RuleApplied| json!({"rule": it.rule, "led_to": it.led_to, "about": facts(&it.about)});
    let call = |it: &PlannedCall| {
        let mut call = json!({
            "hook": it.hook, "subject": it.subject, "step": it.step,
            "writes": it.writes.iter().map(write_json).collect::<Vec<_>>(),
            "requests": it.requests,
        });
        match &it.answer {
            Ok(answer) => {
                let (outcome, reason) = outcome_of(answer);
                call["outcome"] = outcome.into();
                call["reason"] = json!({
                    "code": reason.code, "about": facts(&reason.about),
                    "text": explainer.text(Language::English, &reason.code, &reason.about),
                });
                call["why"] = answer.why.iter().map(rule).collect();
                call["changes"] = json!(answer.changes);
            }
            Err(code) => call["fault"] = (*code).into(),
        }
        call
    };
    json!({
        "calls": plan.calls.iter().map(call).collect::<Vec<_>>(),
        "left": plan.left, "unforeseen": plan.unforeseen,
    })
}

fn write_json(write: &PlannedWrite) -> Value {
    let difference = |it: &Difference| {
        json!({
            "contact": it.contact, "field": it.field, "known": it.before != Before::Unknown,
            "now": known(&it.before), "would_be": it.after,
        })
    };
    let body = String::from_utf8_lossy(&write.body).into_owned();
    json!({
        "method": write.method, "path": write.path, "body": body,
        "differences": write.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

fn known(before: &Before) -> Option<&Value> {
    match before {
        Before::Unknown | Before::Nothing => None,
        Before::Is(value) => Some(value),
    }
}

fn describe(plan: &Plan, explainer: &Explainer) -> String {
    let mut parts = vec!["dry run: nothing was saved and nothing sent".to_owned()];
    if plan.calls.is_empty() {
        parts.push("nothing would be queued: Spotler would hear nothing of it".to_owned());
    }
    parts.extend(plan.calls.iter().map(|it| describe_call(it, explainer)));
    if plan.left > 0 {
        parts.push(format!(
            "{} more would follow; `--dry-run-calls` plans further",
            plan.left
        ));
    }
    if !plan.unforeseen.is_empty() {
        parts.push(format!(
            "cannot be foreseen, because an earlier write of the plan may change it: {}",
            plan.unforeseen.join(", ")
        ));
    }
    parts.join("\n\n")
}

fn describe_call(call: &PlannedCall, explainer: &Explainer) -> String {
    let text = |it: &Reason| explainer.text(Language::English, &it.code, &it.about);
    let told = match &call.answer {
        Ok(answer) => {
            let (outcome, reason) = outcome_of(answer);
            format!("{outcome}: {}", text(reason))
        }
        Err(code) => format!("the component would give no answer ({code})"),
    };
    let step = if call.step > 1 {
        format!(", step {}", call.step)
    } else {
        String::new()
    };
    let mut lines = vec![format!(
        "{} ({}{step})\n  {told}",
        or_dash(call.subject.as_deref()),
        call.hook
    )];
    for change in call.answer.iter().flat_map(|it| &it.changes) {
        lines.push(format!("  the CRM: {}", json!(change)));
    }
    for write in &call.writes {
        lines.push(format!("  {} {}", write.method, write.path));
        lines.push(table(
            &["contact", "field", "Spotler has", "would be"],
            write.differences.iter().map(row).collect(),
        ));
    }
    lines.join("\n")
}

fn row(difference: &Difference) -> Vec<String> {
    let shown = |value: &Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => "(empty)".to_owned(),
        None => value.to_string(),
    };
    vec![
        or_dash(difference.contact.as_deref()),
        difference.field.clone(),
        match &difference.before {
            Before::Unknown => "(not read)".to_owned(),
            Before::Nothing => "(empty)".to_owned(),
            Before::Is(value) => shown(value),
        },
        shown(&difference.after),
    ]
}
