//! Rules by which something that a person did becomes a task for the owner
//! (RE-21..RE-23, RE-32). They are data of the profile.

use serde::{Deserialize, Serialize};

use crate::change::{CrmChange, Task};
use crate::codes;
use crate::crm::{CrmRecord, Timestamp};
use crate::report::{Bounce, FormResult, Link};

const DAY_MS: Timestamp = 24 * 3_600_000;

/// A rule: when it fits, one task is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FollowUp {
    /// Its name; it stands in the task.
    pub name: String,
    /// What must have happened.
    pub when: When,
    /// How many days later the task is due; 0: at once.
    #[serde(default)]
    pub due_in_days: u32,
}

/// What must have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum When {
    /// A message was opened.
    Opened {
        /// The name of the mailing or message; none: any.
        #[serde(default)]
        message: Option<String>,
    },
    /// A link was followed.
    Clicked {
        /// The name, code or address of the link; none: any.
        #[serde(default)]
        link: Option<String>,
        /// The name of the mailing or message; none: any.
        #[serde(default)]
        message: Option<String>,
    },
    /// A message came back for good.
    HardBounced,
    /// A message came back for now.
    SoftBounced,
    /// A question was answered in one of these ways.
    Answered {
        /// The name of the form.
        form: String,
        /// The question; none: any question of the form.
        #[serde(default)]
        question: Option<String>,
        /// The answers that count.
        answers: Vec<String>,
    },
}

/// What one person did.
#[derive(Clone, Copy, Debug)]
pub enum Deed<'d> {
    /// Opened a message of this name.
    Opened(&'d str),
    /// Followed a link of a message of this name.
    Clicked(&'d str, &'d Link),
    /// A message came back.
    Bounced(Bounce),
    /// Filled in a form of this name.
    Answered(&'d str, &'d FormResult),
}

impl FollowUp {
    /// Whether the deed is the one that the rule waits for.
    pub fn fits(&self, deed: Deed<'_>) -> bool {
        match (&self.when, deed) {
            (When::Opened { message }, Deed::Opened(name)) => is_meant(message.as_deref(), name),
            (When::Clicked { link, message }, Deed::Clicked(name, followed)) => {
                let wanted = link.as_deref();
                let is_link = is_meant(wanted, &followed.name)
                    || is_meant(wanted, &followed.url)
                    || followed
                        .code
                        .as_deref()
                        .is_some_and(|it| is_meant(wanted, it));
                is_link && is_meant(message.as_deref(), name)
            }
            (When::HardBounced, Deed::Bounced(bounce)) => bounce == Bounce::Hard,
            (When::SoftBounced, Deed::Bounced(bounce)) => bounce == Bounce::Soft,
            (
                When::Answered {
                    form,
                    question,
                    answers,
                },
                Deed::Answered(name, result),
            ) => {
                let counts = |told: &String| answers.iter().any(|it| is_same(it, told));
                let fits = |it: &crate::report::FormAnswer| {
                    is_meant(question.as_deref(), &it.question.text)
                        && it.answers.iter().any(counts)
                };
                is_same(form, name) && !result.test && result.answers.iter().any(fits)
            }
            (
                When::Opened { .. }
                | When::Clicked { .. }
                | When::HardBounced
                | When::SoftBounced
                | When::Answered { .. },
                Deed::Opened(_) | Deed::Clicked(..) | Deed::Bounced(_) | Deed::Answered(..),
            ) => false,
        }
    }

    /// The task for the owner. `occasion` names the message or the result: one
    /// task for each, whatever is read twice.
    pub fn task(&self, record: &CrmRecord, occasion: &str, at: Timestamp) -> CrmChange {
        let days = Timestamp::from(self.due_in_days) * DAY_MS;
        CrmChange::Task(Task {
            key: format!(
                "follow-up/{}/{occasion}/{}",
                self.name,
                record.reference.key()
            ),
            code: codes::TASK_FOLLOW_UP,
            owner: record.owner.clone(),
            target: Some(record.reference.clone()),
            about: vec![("rule".to_owned(), self.name.clone())],
            due: (days > 0).then_some(at + days),
        })
    }
}

/// Whether a name is the wanted one; every name is, where none is wanted.
fn is_meant(wanted: Option<&str>, name: &str) -> bool {
    wanted.is_none_or(|it| is_same(it, name))
}

/// People write names in any case, and with white space around them.
fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{FormAnswer, FormQuestion};

    fn rule(json: &str) -> FollowUp {
        serde_json::from_str(json).expect("a rule")
    }

    fn link(name: &str) -> Link {
        Link {
            id: 1,
            name: name.into(),
            url: "https://voorbeeld.example/a".into(),
            code: None,
            link_type: None,
        }
    }

    /// RE-21, RE-38: any message or the one that is meant, and nothing else that is done
    /// with it.
    #[test]
    fn an_opened_message_fits_by_its_name() {
        let wanted = rule(r#"{"name": "Bel", "when": {"opened": {"message": "Nieuws"}}}"#);
        assert!(wanted.fits(Deed::Opened(" nieuws")));
        assert!(!wanted.fits(Deed::Opened("Ander")));
        assert!(!wanted.fits(Deed::Clicked("Nieuws", &link("Brochure"))));
        assert!(!wanted.fits(Deed::Bounced(Bounce::Hard)));
        let any = rule(r#"{"name": "Bel", "when": {"opened": {}}}"#);
        assert!(any.fits(Deed::Opened("Ander")));
    }

    /// RE-22: by name, code or address, in the message that is meant.
    #[test]
    fn a_followed_link_fits_by_name_code_or_address_and_message() {
        let wanted = rule(
            r#"{"name": "Bel", "when": {"clicked": {"link": "Brochure", "message": "Nieuws"}}}"#,
        );
        assert!(wanted.fits(Deed::Clicked("nieuws ", &link(" brochure"))));
        assert!(!wanted.fits(Deed::Clicked("Ander", &link("Brochure"))));
        assert!(!wanted.fits(Deed::Clicked("Nieuws", &link("Overig"))));
        assert!(!wanted.fits(Deed::Opened("Nieuws")));
        let by_code = rule(r#"{"name": "Bel", "when": {"clicked": {"link": "b-1"}}}"#);
        let with_code = Link {
            code: Some("B-1".into()),
            ..link("Brochure")
        };
        assert!(by_code.fits(Deed::Clicked("Nieuws", &with_code)));
        assert!(!by_code.fits(Deed::Clicked("Nieuws", &link("Brochure"))));
        let by_address = rule(
            r#"{"name": "Bel", "when": {"clicked": {"link": "https://voorbeeld.example/a"}}}"#,
        );
        assert!(by_address.fits(Deed::Clicked("Nieuws", &link("Brochure"))));
        let any = rule(r#"{"name": "Bel", "when": {"clicked": {}}}"#);
        assert!(any.fits(Deed::Clicked("x", &link("y"))));
    }

    /// RE-32: a negative judgement, and not in a test of the form.
    #[test]
    fn an_answer_fits_by_form_question_and_answer() {
        let wanted = rule(
            r#"{"name": "Bel", "when": {"answered":
                {"form": "Survey", "question": "Cijfer", "answers": ["1", "2"]}}}"#,
        );
        let filled_in = |answer: &str, test| FormResult {
            id: "1".into(),
            submitted_at: 1,
            completed: true,
            test,
            answers: vec![FormAnswer {
                question: FormQuestion {
                    id: "1".into(),
                    rank: 1,
                    text: "Cijfer".into(),
                },
                answers: vec![answer.into()],
            }],
        };
        assert!(wanted.fits(Deed::Answered("survey", &filled_in("2", false))));
        assert!(!wanted.fits(Deed::Answered("survey", &filled_in("9", false))));
        assert!(!wanted.fits(Deed::Answered("survey", &filled_in("2", true))));
        assert!(!wanted.fits(Deed::Answered("other", &filled_in("2", false))));
    }

    /// RE-23
    #[test]
    fn a_bounce_fits_a_rule_about_its_own_kind() {
        let hard = rule(r#"{"name": "Bel", "when": "hard-bounced", "due-in-days": 2}"#);
        assert!(hard.fits(Deed::Bounced(Bounce::Hard)));
        assert!(!hard.fits(Deed::Bounced(Bounce::Soft)));
        let soft = rule(r#"{"name": "Bel", "when": "soft-bounced"}"#);
        assert!(soft.fits(Deed::Bounced(Bounce::Soft)));
        assert!(!soft.fits(Deed::Bounced(Bounce::Hard)));
        assert!(!soft.fits(Deed::Opened("Nieuws")));
    }

    /// RE-21: due so many days after the deed, or at once; one for each occasion.
    #[test]
    fn a_task_is_due_so_many_days_after_the_deed() {
        let made = |rule: &FollowUp| {
            let change = rule.task(&crate::testing::anna(), "mailing-1", 1_000);
            let CrmChange::Task(task) = change else {
                panic!("no task: {change:?}");
            };
            task
        };
        let at_once = made(&rule(r#"{"name": "Bel", "when": "hard-bounced"}"#));
        assert_eq!(at_once.due, None);
        assert_eq!(at_once.key, "follow-up/Bel/mailing-1/contact/7");
        assert_eq!(at_once.owner.as_deref(), Some("user-1"));
        let later = made(&rule(
            r#"{"name": "Bel", "when": "hard-bounced", "due-in-days": 2}"#,
        ));
        assert_eq!(later.due, Some(1_000 + 2 * 86_400_000));
    }
}
