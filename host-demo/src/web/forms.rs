//! Forms of Spotler and what people answered (RE-27..RE-33): which there are, the
//! questions, each time that one was filled in, and the total of all.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use koppel_embedding::contract::reports::{Form, FormResult};
use serde::Deserialize;

use super::{
    charts::Bars,
    facts,
    frame::Frame,
    links::{encoded, moment},
    records::Choice,
    trouble::Trouble,
    visit::Visit,
    words::{fill, words},
};

const DAY_MS: u64 = 24 * 3_600_000;
/// The periods to choose from, in days; the first one is shown unasked.
const PERIODS: [u64; 4] = [30, 90, 365, 1095];
/// So many of the latest results are shown one by one; all of them are counted.
const SHOWN: usize = 100;

words! {
    struct FormWords {
        title: "Formulieren", "Forms";
        name: "Formulier", "Form";
        kind: "Soort", "Kind";
        state: "Stand", "State";
        draft: "concept", "draft";
        proof: "proefversie", "proof";
        live: "definitief", "final";
        answers: "Antwoorden", "Answers";
        answers_of: "Antwoorden op {}", "Answers to {}";
        period: "Periode", "Period";
        days: "laatste {} dagen", "last {} days";
        show: "Tonen", "Show";
        total: "Alle antwoorden samen", "All answers together";
        times_filled: "{} keer ingevuld; proefinzendingen tellen niet mee.",
            "Filled in {} times; tests do not count.";
        answer: "Antwoord", "Answer";
        times: "Aantal", "Times";
        one_by_one: "Per inzending", "One by one";
        newest: "De laatste {}.", "The latest {}.";
        submitted: "Ingevuld op (UTC)", "Filled in at (UTC)";
        completed: "Helemaal ingevuld", "Filled in completely";
        test: "proefinzending", "test";
        just_one: "Eén inzending", "One time that it was filled in";
        all: "Alle inzendingen", "Every time that it was filled in";
        none: "In deze periode is het formulier niet ingevuld. Spotler noemt de vragen alleen samen met antwoorden.",
            "The form was not filled in within this period. Spotler tells the questions only together with answers.";
        back: "Naar de formulieren", "To the forms";
        no_forms: "Er zijn in Spotler nog geen formulieren; zodra u er daar een maakt, staat het hier.",
            "There are no forms in Spotler yet; as soon as you make one there, it is here.";
        no_results: "In deze periode is niets ingestuurd.",
            "Nothing was sent in within this period.";
    }
}

#[derive(Template)]
#[template(path = "forms.html")]
struct Forms<'a> {
    frame: &'a Frame,
    w: &'static FormWords,
    rows: Vec<Row>,
}

struct Row {
    link: String,
    name: String,
    kind: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "form_answers.html")]
struct Answers<'a> {
    frame: &'a Frame,
    w: &'static FormWords,
    title: String,
    address: String,
    periods: Vec<Choice>,
    just_one: bool,
    questions: Vec<Question>,
    filled: String,
    newest: Option<String>,
    results: Vec<OneResult>,
}

/// A question with how often each answer was given.
#[derive(Debug)]
struct Question {
    rank: u32,
    text: String,
    answers: Vec<(String, u64)>,
    chart: Bars,
}

struct OneResult {
    at: String,
    completed: &'static str,
    test: bool,
    answers: Vec<(String, String)>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    days: String,
    /// Spotler's id of one time that it was filled in.
    #[serde(default)]
    result: String,
}

/// All forms.
pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(all(&visit).await)
}

async fn forms(visit: &Visit) -> Result<Vec<Form>, Trouble> {
    let (host, tenant) = (visit.host.embedding(), visit.host.crm().tenant());
    visit.told(host.list_forms(tenant).await)
}

async fn all(visit: &Visit) -> Result<Forms<'_>, Trouble> {
    let w = FormWords::of(visit.language());
    let row = |it: Form| Row {
        link: encoded(&it.id),
        kind: facts::form_type(visit, &it.form_type),
        state: match it.form_state.as_str() {
            "draft" => w.draft,
            "proof" => w.proof,
            _ => w.live,
        },
        name: it.name,
    };
    Ok(Forms {
        frame: &visit.frame,
        rows: forms(visit).await?.into_iter().map(row).collect(),
        w,
    })
}

/// What was answered to one form.
pub(crate) async fn answers(
    visit: Visit,
    Path(form): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, &form, &asked).await)
}

async fn gather<'a>(visit: &'a Visit, form: &str, asked: &Asked) -> Result<Answers<'a>, Trouble> {
    let w = FormWords::of(visit.language());
    let known = forms(visit).await?.into_iter().find(|it| it.id == form);
    let name = known.ok_or(Trouble::NotFound)?.name;
    let days = asked.days.parse().ok().filter(|it| PERIODS.contains(it));
    let days = days.unwrap_or(PERIODS[0]);
    let just_one = !asked.result.is_empty();
    let mut results = if just_one {
        let (host, tenant) = (visit.host.embedding(), visit.host.crm().tenant());
        vec![visit.told(host.read_form_result(tenant, form, &asked.result).await)?]
    } else {
        let end = visit.host.crm().now() + 1;
        let start = end.saturating_sub(days * DAY_MS);
        visit.told(visit.host.form_results(form, (start, end)).await)?
    };
    let filled = results.iter().filter(|it| !it.test).count();
    let questions = if just_one {
        Vec::new()
    } else {
        totals(&results)
    };
    results.sort_by_key(|it| std::cmp::Reverse(it.submitted_at));
    let more = results.len() > SHOWN;
    results.truncate(SHOWN);
    let period = |it: u64| Choice {
        code: it.to_string(),
        text: fill(w.days, it),
        chosen: it == days,
    };
    Ok(Answers {
        frame: &visit.frame,
        title: fill(w.answers_of, name),
        address: format!("/form-answers/{}", encoded(form)),
        periods: PERIODS.map(period).into(),
        just_one,
        questions,
        filled: fill(w.times_filled, filled),
        newest: more.then(|| fill(w.newest, SHOWN)),
        results: results.iter().map(|it| one(visit, it)).collect(),
        w,
    })
}

fn one(visit: &Visit, it: &FormResult) -> OneResult {
    let answer = |it: &koppel_embedding::contract::reports::FormAnswer| {
        (it.question.text.clone(), it.answers.join(", "))
    };
    OneResult {
        at: moment(it.submitted_at),
        completed: visit.frame.words.yes_no(it.completed),
        test: it.test,
        answers: it.answers.iter().map(answer).collect(),
    }
}

/// How often each answer was given, question by question in their order; tests of
/// the form do not count (RE-33).
fn totals(results: &[FormResult]) -> Vec<Question> {
    let mut counts: BTreeMap<(u32, &str), BTreeMap<&str, u64>> = BTreeMap::new();
    let counted = results.iter().filter(|it| !it.test);
    for it in counted.flat_map(|it| &it.answers) {
        let question = (it.question.rank, it.question.text.as_str());
        let answers = counts.entry(question).or_default();
        for answer in &it.answers {
            *answers.entry(answer).or_default() += 1;
        }
    }
    let question = |((rank, text), answers): ((u32, &str), BTreeMap<&str, u64>)| Question {
        rank,
        text: text.to_owned(),
        chart: Bars::of(answers.iter().map(|(answer, number)| (*answer, *number))),
        answers: answers
            .into_iter()
            .map(|(answer, number)| (answer.to_owned(), number))
            .collect(),
    };
    counts.into_iter().map(question).collect()
}

#[cfg(test)]
mod tests {
    use koppel_embedding::contract::reports::{FormAnswer, FormQuestion};

    use super::*;

    fn result(test: bool, answers: &[(u32, &str)]) -> FormResult {
        let answer = |(rank, answer): &(u32, &str)| FormAnswer {
            question: FormQuestion {
                id: rank.to_string(),
                rank: *rank,
                text: format!("vraag {rank}"),
            },
            answers: vec![(*answer).to_owned()],
        };
        FormResult {
            id: "r".to_owned(),
            submitted_at: 0,
            completed: true,
            test,
            answers: answers.iter().map(answer).collect(),
        }
    }

    /// RE-33: the total response, without tests of the form.
    #[test]
    fn answers_are_counted_by_question_and_tests_are_not() {
        let totals = totals(&[
            result(false, &[(2, "ja"), (1, "goed")]),
            result(false, &[(1, "goed")]),
            result(true, &[(1, "slecht")]),
        ]);
        let told: Vec<_> = totals
            .iter()
            .map(|it| (it.rank, it.answers.clone()))
            .collect();
        let goed = vec![("goed".to_owned(), 2)];
        assert_eq!(told, [(1, goed), (2, vec![("ja".to_owned(), 1)])]);
    }
}
