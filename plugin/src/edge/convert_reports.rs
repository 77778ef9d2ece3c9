//! Results of mailings and journeys, and histories of contacts, in the
//! contract's words.

use super::bindings::exports::koppel::crm_sync::{card, reports};
use super::bindings::koppel::crm_sync::mailings;
use super::convert_in::{all, same_cases};
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

impl From<Mailing> for mailings::Mailing {
    fn from(it: Mailing) -> Self {
        let Mailing {
            id,
            name,
            medium,
            online_version,
            sent_at,
            sent,
        } = it;
        Self {
            id,
            name,
            medium: medium.into(),
            online_version,
            sent_at,
            sent,
        }
    }
}

impl From<Message> for mailings::Message {
    fn from(it: Message) -> Self {
        let Message {
            name,
            author,
            subject,
            from_name,
            from_email,
        } = it;
        Self {
            name,
            author,
            subject,
            from_name,
            from_email,
        }
    }
}

impl From<Link> for mailings::Link {
    fn from(it: Link) -> Self {
        let Link {
            id,
            name,
            url,
            code,
            link_type,
        } = it;
        Self {
            id,
            name,
            url,
            code,
            link_type,
        }
    }
}

impl From<Details> for mailings::Details {
    fn from(it: Details) -> Self {
        let Details {
            sender,
            target_group,
            message,
            links,
        } = it;
        Self {
            sender,
            target_group,
            message: message.map(Into::into),
            links: all(links),
        }
    }
}

impl From<Statistics> for mailings::Statistics {
    fn from(it: Statistics) -> Self {
        let Statistics {
            sent,
            accepted,
            opened,
            rendered,
            clicked,
            hard_bounced,
            soft_bounced,
            not_retained,
            conversion_clicked,
            unsubscribed,
            to_webshop,
            carts_created,
            carts_converted,
            revenue,
        } = it;
        Self {
            sent,
            accepted,
            opened,
            rendered,
            clicked,
            hard_bounced,
            soft_bounced,
            not_retained,
            conversion_clicked,
            unsubscribed,
            to_webshop,
            carts_created,
            carts_converted,
            revenue,
        }
    }
}

impl From<Tally> for mailings::Tally {
    fn from(it: Tally) -> Self {
        let Tally { total, last_at } = it;
        Self { total, last_at }
    }
}

impl From<Tallies> for mailings::Tallies {
    fn from(it: Tallies) -> Self {
        let Tallies {
            opened,
            rendered,
            clicked,
            soft_bounced,
            hard_bounced,
        } = it;
        Self {
            opened: opened.into(),
            rendered: rendered.into(),
            clicked: clicked.into(),
            soft_bounced: soft_bounced.into(),
            hard_bounced: hard_bounced.into(),
        }
    }
}

impl From<Snapshot> for mailings::Snapshot {
    fn from(it: Snapshot) -> Self {
        let Snapshot {
            at,
            statistics,
            tallies,
            is_last,
        } = it;
        Self {
            at,
            statistics: statistics.into(),
            tallies: tallies.into(),
            is_last,
        }
    }
}

impl From<MailingChange> for super::bindings::koppel::crm_sync::changes::MailingChange {
    fn from(it: MailingChange) -> Self {
        let MailingChange {
            mailing,
            details,
            snapshot,
        } = it;
        Self {
            mailing: mailing.into(),
            details: details.map(Into::into),
            snapshot: snapshot.map(Into::into),
        }
    }
}

impl From<Interaction> for reports::Interaction {
    fn from(it: Interaction) -> Self {
        let Interaction {
            target,
            external_id,
            at,
            participation,
            link,
            bounce,
        } = it;
        Self {
            target: target.map(Into::into),
            external_id,
            at,
            participation,
            link: link.map(Into::into),
            bounce: bounce.map(Into::into),
        }
    }
}

impl From<Page<Interaction>> for reports::InteractionPage {
    fn from(it: Page<Interaction>) -> Self {
        let Page { rows, next } = it;
        let interactions = all(rows);
        Self { interactions, next }
    }
}

impl From<Campaign> for reports::Campaign {
    fn from(it: Campaign) -> Self {
        let Campaign { id, name, active } = it;
        Self { id, name, active }
    }
}

impl From<CampaignStep> for reports::CampaignStep {
    fn from(it: CampaignStep) -> Self {
        let CampaignStep {
            message,
            name,
            medium,
            details,
        } = it;
        Self {
            message,
            name,
            medium: medium.into(),
            details: details.into(),
        }
    }
}

impl From<Form> for reports::Form {
    fn from(it: Form) -> Self {
        let Form {
            id,
            name,
            form_type,
            form_state,
        } = it;
        Self {
            id,
            name,
            form_type,
            form_state,
        }
    }
}

impl From<FormQuestion> for reports::FormQuestion {
    fn from(it: FormQuestion) -> Self {
        let FormQuestion { id, rank, text } = it;
        Self { id, rank, text }
    }
}

impl From<FormAnswer> for reports::FormAnswer {
    fn from(it: FormAnswer) -> Self {
        let FormAnswer { question, answers } = it;
        let question = question.into();
        Self { question, answers }
    }
}

impl From<FormResult> for reports::FormResult {
    fn from(it: FormResult) -> Self {
        let FormResult {
            id,
            submitted_at,
            completed,
            test,
            answers,
        } = it;
        Self {
            id,
            submitted_at,
            completed,
            test,
            answers: all(answers),
        }
    }
}

impl From<Page<FormResult>> for reports::FormResultPage {
    fn from(it: Page<FormResult>) -> Self {
        let Page { rows, next } = it;
        let results = all(rows);
        Self { results, next }
    }
}

impl From<SentMessage> for card::SentMessage {
    fn from(it: SentMessage) -> Self {
        let SentMessage {
            message,
            name,
            medium,
            sent_at,
            online_version,
            participation,
            opened,
            clicked,
            bounced,
        } = it;
        Self {
            message,
            name,
            medium: medium.into(),
            sent_at,
            online_version,
            participation,
            opened: opened.into(),
            clicked: clicked.into(),
            bounced: bounced.map(Into::into),
        }
    }
}

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
