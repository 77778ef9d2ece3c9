//! The operations that only read results: mailings, journeys, forms, histories.

use serde_json::Value;

use crate::crm::Timestamp;
use crate::ports::Ports;
use crate::report::{
    Campaign, Details, FilledInForm, Form, FormResult, InteractionKind, Mailing, Medium,
    SentMessage, Statistics,
};
use crate::spotler::client::{Spotler, Window, garbled, read};
use crate::spotler::contact::page;
use crate::spotler::interaction::{FeedKind, FeedRow, Row, row};
use crate::spotler::oauth::encode;
use crate::spotler::trouble::Trouble;
use crate::spotler::wire::Method;
use crate::spotler::{form, mailing, time};

/// The page size of a contact's histories of messages, which Spotler fixes.
const HISTORY_PAGE: usize = 50;

/// Rows of a page, how many Spotler sent, and whether another page follows. A
/// row that cannot be read counts for the next page all the same.
pub type Rows<T> = (Vec<T>, usize, bool);

/// Which of the two resources a message belongs to; their ids are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// A mailing.
    Mailing,
    /// A message that the step of a journey sends.
    Journey,
}

impl Family {
    fn word(self) -> &'static str {
        match self {
            Self::Mailing => "mailing",
            Self::Journey => "campaign-mailing",
        }
    }
}

/// Which rows of a message are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsOf<'q> {
    /// The resource.
    pub family: Family,
    /// The message.
    pub message: &'q str,
    /// Which list.
    pub kind: InteractionKind,
    /// One person's external id, or one participation; none: everybody's.
    pub whose: Option<&'q str>,
    /// Only what happened between two moments; for journeys only.
    pub between: Option<(Timestamp, Timestamp)>,
    /// How many rows were read before.
    pub after: usize,
    /// How many rows at most.
    pub page_size: usize,
}

type Query = Vec<(String, String)>;

impl<P: Ports> Spotler<'_, P> {
    async fn read_json(&self, path: &str, query: &Query) -> Result<Value, Trouble> {
        read(&self.call(Method::Get, path, query, None).await?)
    }

    async fn read_list(&self, path: &str, query: &Query) -> Result<Vec<Value>, Trouble> {
        match self.read_json(path, query).await? {
            Value::Array(rows) => Ok(rows),
            Value::Null => Ok(Vec::new()),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                Err(garbled())
            }
        }
    }

    async fn read_page<T>(
        &self,
        path: &str,
        query: Query,
        (name, page_size): (&str, usize),
        reader: impl Fn(&Value) -> Option<T>,
    ) -> Result<Rows<T>, Trouble> {
        let body = self.read_json(path, &query).await?;
        let (rows, more) = page(body, name, page_size).ok_or_else(garbled)?;
        let read = rows.len();
        Ok((
            rows.into_iter().filter_map(|it| reader(&it)).collect(),
            read,
            more && read > 0,
        ))
    }

    /// The mailings of a period (RE-01, RE-02).
    pub async fn mailings(
        &self,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<Mailing>, Trouble> {
        let query = dates(("fromDate", "toDate"), start, end);
        let rows = self.read_list("/mailing", &query).await?;
        Ok(rows.iter().filter_map(mailing::mailing).collect())
    }

    /// The details of a message, with its name and medium (RE-04, RE-36).
    pub async fn details(&self, family: Family, message: &str) -> Result<Value, Trouble> {
        let path = format!("/{}/{}", family.word(), encode(message));
        let details = self.read_json(&path, &Query::new()).await?;
        if details.is_object() {
            Ok(details)
        } else {
            Err(garbled())
        }
    }

    /// The statistics of a mailing (RE-05).
    pub async fn statistics(&self, message: &str) -> Result<Statistics, Trouble> {
        let path = format!("/mailing/{}/statistics", encode(message));
        let body = self.read_json(&path, &Query::new()).await?;
        mailing::statistics(&body).ok_or_else(garbled)
    }

    /// A page of what people did with a message (RE-20..RE-24, RE-37..RE-41).
    pub async fn interactions(&self, of: RowsOf<'_>) -> Result<Rows<Row>, Trouble> {
        let name = of.kind.word();
        let mut path = format!("/{}/{}/{name}", of.family.word(), encode(of.message));
        if let Some(whose) = of.whose {
            path = format!("{path}/{}", encode(whose));
        }
        let mut query = paging(of.after, of.page_size);
        if let Some((start, end)) = of.between {
            query.extend(dates(("fromDate", "toDate"), start, end));
        }
        self.read_page(&path, query, (name, of.page_size), |it| row(of.kind, it))
            .await
    }

    /// A page of what happened in the whole account, by the moment of change
    /// (DA-68, C24).
    pub async fn feed_of(&self, kind: FeedKind, window: Window) -> Result<Rows<FeedRow>, Trouble> {
        let path = format!("/mailing-interaction/{}", kind.word());
        let mut query = dates(("fromChangeDate", "toChangeDate"), window.start, window.end);
        query.extend(paging(window.after, window.page_size));
        self.read_page(
            &path,
            query,
            ("interactions", window.page_size),
            FeedRow::read,
        )
        .await
    }

    /// All campaigns of the older kind (RE-34).
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, Trouble> {
        let rows = self.read_list("/campaign/list", &Query::new()).await?;
        Ok(rows.iter().filter_map(mailing::campaign).collect())
    }

    /// The messages of a campaign: id, name and medium (RE-35).
    pub async fn campaign_mailings(
        &self,
        campaign: &str,
    ) -> Result<Vec<(String, String, Medium)>, Trouble> {
        let path = format!("/campaign/{}/mailing", encode(campaign));
        let rows = self.read_list(&path, &Query::new()).await?;
        Ok(rows.iter().filter_map(mailing::campaign_mailing).collect())
    }

    /// What is known of a message that does not change any more.
    pub async fn static_details(&self, family: Family, message: &str) -> Result<Details, Trouble> {
        Ok(mailing::details(&self.details(family, message).await?))
    }

    /// All forms (RE-27).
    pub async fn forms(&self) -> Result<Vec<Form>, Trouble> {
        let rows = self.read_list("/form/list", &Query::new()).await?;
        Ok(rows.iter().filter_map(form::form).collect())
    }

    /// What was filled in between two moments, unfinished too (RE-33). Spotler
    /// reads the moments in its own time zone, which is not known: a day is
    /// added on both sides, and what lies outside is left out.
    pub async fn form_results(
        &self,
        form: &str,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<FormResult>, Trouble> {
        let path = format!("/form/result/{}", encode(form));
        let query = vec![
            (
                "startDate".to_owned(),
                time::write_compact(start.saturating_sub(DAY_MS)),
            ),
            (
                "endDate".to_owned(),
                time::write_compact(end.saturating_add(DAY_MS)),
            ),
        ];
        let rows = self.read_list(&path, &query).await?;
        Ok(rows
            .iter()
            .filter_map(form::result)
            .filter(|it| (start..end).contains(&it.submitted_at))
            .collect())
    }

    /// A form as it was filled in once (RE-31).
    pub async fn form_result(&self, form: &str, result: &str) -> Result<FormResult, Trouble> {
        let path = format!("/form/result/{}/{}", encode(form), encode(result));
        let body = self.read_json(&path, &Query::new()).await?;
        form::result(&body).ok_or_else(garbled)
    }

    /// A page of the mailings that a contact got (RE-25, RE-26).
    pub async fn mailing_history(
        &self,
        external_id: &str,
        after: usize,
    ) -> Result<Rows<SentMessage>, Trouble> {
        let path = format!("/contact/{}/mailings", encode(external_id));
        let query = vec![("after".to_owned(), after.to_string())];
        let name = ("mailingHistories", HISTORY_PAGE);
        self.read_page(&path, query, name, mailing::mailing_history)
            .await
    }

    /// A page of the messages that a contact got from journeys (RE-42).
    pub async fn journey_history(
        &self,
        external_id: &str,
        after: usize,
    ) -> Result<Rows<SentMessage>, Trouble> {
        let path = format!("/contact/{}/campaign-mailings", encode(external_id));
        let query = vec![("after".to_owned(), after.to_string())];
        let name = ("campaignMailingHistories", HISTORY_PAGE);
        self.read_page(&path, query, name, mailing::journey_history)
            .await
    }

    /// A page of the forms that a contact filled in (RE-27..RE-29).
    pub async fn form_history(
        &self,
        external_id: &str,
        after: usize,
    ) -> Result<Rows<FilledInForm>, Trouble> {
        let path = format!("/contact/{}/forms", encode(external_id));
        let query = paging(after, HISTORY_PAGE);
        let name = ("formHistories", HISTORY_PAGE);
        self.read_page(&path, query, name, form::form_history).await
    }
}

const DAY_MS: Timestamp = 24 * 3_600_000;

fn dates(names: (&str, &str), start: Timestamp, end: Timestamp) -> Query {
    vec![
        (names.0.to_owned(), time::write(start)),
        (names.1.to_owned(), time::write(end)),
    ]
}

fn paging(after: usize, page_size: usize) -> Query {
    vec![
        ("after".to_owned(), after.to_string()),
        ("pageSize".to_owned(), page_size.to_string()),
    ]
}
