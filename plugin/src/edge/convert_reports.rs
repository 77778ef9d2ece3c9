//! Results of mailings and journeys, and histories of contacts, in the
//! contract's words.

use super::bindings::exports::koppel::crm_sync::{card, reports};
use super::bindings::koppel::crm_sync::mailings;
use super::convert_in::{all, maybe, same_cases, same_fields};
use crate::report::{
    Bounce, Campaign, CampaignStep, Details, FilledInForm, Form, FormAnswer, FormQuestion,
    FormResult, Happened, Interaction, InteractionKind, Link, Mailing, MailingChange, Medium,
    Message, Page, SentMessage, Snapshot, Statistics, Tallies, Tally, Whose,
};

same_cases!(Medium => mailings::Medium: Email, Sms);
same_cases!(Bounce => mailings::Bounce: Hard, Soft);
same_cases!(Happened => mailings::Happened: Yes, No, NotApplicable);
same_cases!(reports::InteractionKind => InteractionKind: Recipients, Opens, Clicks, Bounces);

impl From<reports::Whose> for Whose {
    fn from(it: reports::Whose) -> Self {
        match it {
            reports::Whose::Everybody => Self::Everybody,
            reports::Whose::Person(reference) => Self::Person(reference.into()),
            reports::Whose::Participation(id) => Self::Participation(id),
        }
    }
}

same_fields!(Mailing => mailings::Mailing:
    id, name, medium: Into::into, online_version, sent_at, sent);
same_fields!(Message => mailings::Message: name, author, subject, from_name, from_email);
same_fields!(Link => mailings::Link: id, name, url, code, link_type);
same_fields!(Details => mailings::Details: sender, target_group, message: maybe, links: all);
same_fields!(Statistics => mailings::Statistics:
    sent, accepted, opened, rendered, clicked, hard_bounced, soft_bounced, not_retained,
    conversion_clicked, unsubscribed, to_webshop, carts_created, carts_converted, revenue);
same_fields!(Tally => mailings::Tally: total, last_at);
same_fields!(Tallies => mailings::Tallies:
    opened: Into::into, rendered: Into::into, clicked: Into::into, soft_bounced: Into::into,
    hard_bounced: Into::into);
same_fields!(Snapshot => mailings::Snapshot:
    at, statistics: Into::into, tallies: Into::into, is_last);
same_fields!(MailingChange => super::bindings::koppel::crm_sync::changes::MailingChange:
    mailing: Into::into, details: maybe, snapshot: maybe);
same_fields!(Interaction => reports::Interaction:
    target: maybe, external_id, at, participation, link: maybe, bounce: maybe);

impl From<Page<Interaction>> for reports::InteractionPage {
    fn from(it: Page<Interaction>) -> Self {
        let Page { rows, next } = it;
        let interactions = all(rows);
        Self { interactions, next }
    }
}

same_fields!(Campaign => reports::Campaign: id, name, active);
same_fields!(CampaignStep => reports::CampaignStep:
    message, name, medium: Into::into, details: Into::into);
same_fields!(Form => reports::Form: id, name, form_type, form_state);
same_fields!(FormQuestion => reports::FormQuestion: id, rank, text);
same_fields!(FormAnswer => reports::FormAnswer: question: Into::into, answers);
same_fields!(FormResult => reports::FormResult: id, submitted_at, completed, test, answers: all);

impl From<Page<FormResult>> for reports::FormResultPage {
    fn from(it: Page<FormResult>) -> Self {
        let Page { rows, next } = it;
        let results = all(rows);
        Self { results, next }
    }
}

same_fields!(SentMessage => card::SentMessage:
    message, name, medium: Into::into, sent_at, online_version, participation, opened: Into::into,
    clicked: Into::into, bounced: maybe);

impl From<Page<SentMessage>> for card::MessagePage {
    fn from(it: Page<SentMessage>) -> Self {
        let Page { rows, next } = it;
        let messages = all(rows);
        Self { messages, next }
    }
}

impl From<FilledInForm> for card::FilledInForm {
    fn from(it: FilledInForm) -> Self {
        let FilledInForm {
            form,
            result,
            submitted_at,
            completed,
        } = it;
        let Form {
            id,
            name,
            form_type,
            form_state: _,
        } = form;
        Self {
            form: id,
            name,
            form_type,
            form_result: result,
            submitted_at,
            completed,
        }
    }
}

impl From<Page<FilledInForm>> for card::FormPage {
    fn from(it: Page<FilledInForm>) -> Self {
        let Page { rows, next } = it;
        let forms = all(rows);
        Self { forms, next }
    }
}
