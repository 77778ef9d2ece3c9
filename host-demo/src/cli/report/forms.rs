//! Forms and what people answered (RE-27..RE-33).

use std::collections::BTreeMap;

use clap::Args;
use koppel_embedding::contract::reports::FormResult;
use serde_json::{Value, json};

use super::{DAY_MS, Failed, Form, HostError, Session, moment, table};
use crate::host::DemoHost;

/// Which answers to show.
#[derive(Debug, Args)]
pub(crate) struct AnswersArgs {
    /// Spotler's id of the form.
    form: String,
    /// Only this one time that it was filled in.
    #[arg(long)]
    result: Option<String>,
    /// Of the last so many days.
    #[arg(long, default_value_t = 365, value_name = "DAYS")]
    days: u64,
    /// How often each answer was given, instead of each time.
    #[arg(long)]
    total: bool,
}

/// Lists the forms.
pub(super) async fn list(session: &Session, host: &DemoHost) -> Result<(), Failed> {
    let forms = host.embedding().list_forms(host.crm().tenant()).await;
    let forms = forms.map_err(HostError::from)?;
    let as_json = |it: &Form| json!({"id": it.id, "name": it.name, "type": it.form_type, "state": it.form_state});
    let json = json!({"forms": forms.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &Form| {
            let words = [&it.name, &it.form_type, &it.form_state, &it.id];
            words.map(String::clone).to_vec()
        };
        table(
            &["form", "type", "state", "id"],
            forms.iter().map(row).collect(),
        )
    })?)
}

/// Shows what people answered.
pub(super) async fn answers(
    args: AnswersArgs,
    session: &Session,
    host: &DemoHost,
) -> Result<(), Failed> {
    let results = match &args.result {
        Some(result) => {
            let tenant = host.crm().tenant();
            let one = host
                .embedding()
                .read_form_result(tenant, &args.form, result);
            vec![one.await.map_err(HostError::from)?]
        }
        None => {
            let end = host.crm().now() + 1;
            let start = end.saturating_sub(args.days * DAY_MS);
            host.form_results(&args.form, (start, end)).await?
        }
    };
    if args.total {
        return totals(&results, session);
    }
    let json = json!({"results": results.iter().map(result_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &FormResult| {
            let answer = |it: &koppel_embedding::contract::reports::FormAnswer| {
                format!("{}: {}", it.question.text, it.answers.join(", "))
            };
            let answers: Vec<String> = it.answers.iter().map(answer).collect();
            vec![
                moment(it.submitted_at),
                if it.completed {
                    "completed"
                } else {
                    "not completed"
                }
                .to_owned(),
                answers.join("\n"),
                it.id.clone(),
            ]
        };
        let headers = ["filled in (UTC)", "", "answers", "result"];
        table(&headers, results.iter().map(row).collect())
    })?)
}

fn result_json(result: &FormResult) -> Value {
    let answer = |it: &koppel_embedding::contract::reports::FormAnswer| {
        json!({
            "question": it.question.id, "rank": it.question.rank, "text": it.question.text,
            "answers": it.answers,
        })
    };
    json!({
        "id": result.id, "submitted_at": result.submitted_at, "completed": result.completed,
        "test": result.test, "answers": result.answers.iter().map(answer).collect::<Vec<_>>(),
    })
}

/// How often each answer was given, question by question; tests of the form do
/// not count.
fn totals(results: &[FormResult], session: &Session) -> Result<(), Failed> {
    let mut counts: BTreeMap<(u32, &str, &str), u64> = BTreeMap::new();
    for answer in results
        .iter()
        .filter(|it| !it.test)
        .flat_map(|it| &it.answers)
    {
        for given in &answer.answers {
            let question = (answer.question.rank, answer.question.text.as_str());
            *counts.entry((question.0, question.1, given)).or_default() += 1;
        }
    }
    let as_json = |((rank, text, answer), count): (&(u32, &str, &str), &u64)| json!({"rank": rank, "text": text, "answer": answer, "count": count});
    let json = json!({
        "results": results.iter().filter(|it| !it.test).count(),
        "totals": counts.iter().map(as_json).collect::<Vec<_>>(),
    });
    Ok(session.output.show(&json, || {
        let row = |((_, text, answer), count): (&(u32, &str, &str), &u64)| {
            vec![(*text).to_owned(), (*answer).to_owned(), count.to_string()]
        };
        table(
            &["question", "answer", "times"],
            counts.iter().map(row).collect(),
        )
    })?)
}
