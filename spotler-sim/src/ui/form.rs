//! The screens for forms, and people who fill them in.

use serde::{Deserialize, Serialize};

use super::contact::{Who, find};
use crate::error::UiError;
use crate::state::State;
use crate::world::form::{Form, FormResult};

/// What a user does under Forms, or a visitor with a form; each answers a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum FormAction {
    /// Makes a form in its final state; answers its number.
    Make {
        /// The name.
        name: String,
        /// `normal`, `subscribe`, `unSubscribe` or `editProfile`.
        sub_type: String,
        /// The questions.
        questions: Vec<String>,
    },
    /// Somebody fills a form in; answers the number of the result.
    FillIn {
        /// The form.
        form: u64,
        /// Who, if known.
        who: Option<Who>,
        /// The answers to each question.
        answers: Vec<Vec<String>>,
        /// Whether every page was filled in.
        completed: bool,
    },
}

/// Carries an action out.
pub(crate) fn act(state: &mut State, action: &FormAction) -> Result<u64, UiError> {
    match action {
        FormAction::Make {
            name,
            sub_type,
            questions,
        } => {
            let id = state.world.forms.len() as u64 + 1;
            state.world.forms.push(Form {
                id,
                name: name.clone(),
                sub_type: sub_type.clone(),
                state: "final".to_owned(),
                questions: questions.clone(),
            });
            Ok(id)
        }
        FormAction::FillIn {
            form,
            who,
            answers,
            completed,
        } => {
            state
                .world
                .forms
                .iter()
                .find(|it| it.id == *form)
                .ok_or(UiError::NoSuch("form"))?;
            let contact = match who {
                Some(who) => Some(find(state, who)?.id),
                None => None,
            };
            let id = state.world.form_results.len() as u64 + 1;
            state.world.form_results.push(FormResult {
                id,
                form: *form,
                contact,
                submitted_ms: state.clock.now_ms(),
                completed: *completed,
                test: false,
                answers: answers.clone(),
            });
            Ok(id)
        }
    }
}
