//! Reads forms and what people filled in. Questions come with answers only.

use serde_json::Value;

use crate::report::{FilledInForm, Form, FormAnswer, FormQuestion, FormResult};
use crate::spotler::mailing::{id, text};
use crate::spotler::time;

/// A form; none without an id.
pub fn form(value: &Value) -> Option<Form> {
    Some(Form {
        id: id(value, "id")?,
        name: text(value, "name").unwrap_or_default(),
        form_type: text(value, "formSubType").unwrap_or_default(),
        form_state: text(value, "formState").unwrap_or_default(),
    })
}

/// A form as it was filled in once; none without an id or a moment.
pub fn result(value: &Value) -> Option<FormResult> {
    let is = |name: &str| value.get(name).and_then(Value::as_bool) == Some(true);
    let answers = value.get("answers").and_then(Value::as_array);
    let mut answers: Vec<FormAnswer> = answers
        .map(|it| it.iter().map(answer).collect())
        .unwrap_or_default();
    answers.sort_by_key(|it| it.question.rank);
    Some(FormResult {
        id: id(value, "formResultId")?,
        submitted_at: time::read(value.get("submittedAt")?)?,
        completed: is("completed"),
        test: is("testResult"),
        answers,
    })
}

fn answer(value: &Value) -> FormAnswer {
    let rank = value.get("rank").and_then(Value::as_u64);
    let answers = match value.get("answer") {
        Some(Value::Array(several)) => several.iter().filter_map(as_text).collect(),
        Some(one) => as_text(one).into_iter().collect(),
        None => Vec::new(),
    };
    FormAnswer {
        question: FormQuestion {
            id: id(value, "fieldId").unwrap_or_default(),
            rank: rank
                .and_then(|it| u32::try_from(it).ok())
                .unwrap_or_default(),
            text: text(value, "description").unwrap_or_default(),
        },
        answers,
    }
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A row of a contact's form history.
pub fn form_history(row: &Value) -> Option<FilledInForm> {
    Some(FilledInForm {
        form: form(row.get("form")?)?,
        result: id(row, "formResultId")?,
        submitted_at: time::read(row.get("submitDate")?)?,
        completed: row.get("completed").and_then(Value::as_bool) == Some(true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RE-28..RE-31
    #[test]
    fn answers_stand_in_the_order_of_the_questions() {
        let seen = result(&json!({
            "formResultId": 7, "submittedAt": 5, "completed": false, "testResult": true,
            "answers": [
                { "rank": 2, "fieldId": 12, "description": "Waarom?", "answer": ["a", "b"] },
                { "rank": 1, "fieldId": 11, "description": "Cijfer", "answer": 4 },
                { "rank": 3, "fieldId": 13, "description": "Nog iets?" } ],
        }))
        .expect("a result");
        assert_eq!(
            (seen.id.as_str(), seen.completed, seen.test),
            ("7", false, true)
        );
        let told: Vec<(&str, Vec<String>)> = seen
            .answers
            .iter()
            .map(|it| (it.question.text.as_str(), it.answers.clone()))
            .collect();
        let expected = [
            ("Cijfer", vec!["4".to_owned()]),
            ("Waarom?", vec!["a".to_owned(), "b".to_owned()]),
            ("Nog iets?", vec![]),
        ];
        assert_eq!(told, expected);
        assert_eq!(result(&json!({ "submittedAt": 5 })), None);
    }
}
