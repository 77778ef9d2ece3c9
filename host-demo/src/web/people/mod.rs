//! Who got, opened, clicked or bounced: of one mailing, or of one message of a
//! journey (PV-44..PV-47, RE-20..RE-24, RE-37..RE-41). Each page is one page of
//! Spotler's, and asks Spotler when it is shown.

pub(crate) mod addressees;
mod gathered;

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use koppel_embedding::contract::reports::{InteractionKind, Whose};
use serde::Deserialize;

use super::{
    frame::Frame,
    links::encoded,
    trouble::Trouble,
    visit::Visit,
    words::{fill, words},
};
use crate::{
    contract::{Bounce, Medium, RecordKind, RecordRef},
    crm::codes::Code,
    host::HostError,
};
use gathered::{Person, gathered};

words! {
    struct PeopleWords {
        recipients: "Naar wie is verstuurd", "To whom it was sent";
        opens: "Wie heeft geopend", "Who opened";
        clicks: "Wie heeft geklikt", "Who clicked";
        bounces: "Bij wie kwam het bericht terug", "For whom it came back";
        soft: "Niet verstuurd door een soft bounce", "Not sent because of a soft bounce";
        hard: "Niet verstuurd door een hard bounce", "Not sent because of a hard bounce";
        of_message: "Van {}", "Of {}";
        who: "Wie", "Who";
        at: "Laatst (UTC)", "Last (UTC)";
        times: "Aantal keer", "Times";
        what: "Wat", "What";
        unknown: "niet in dit CRM ({})", "not in this CRM ({})";
        nobody_known: "niet in dit CRM", "not in this CRM";
        soft_bounce: "soft bounce", "soft bounce";
        hard_bounce: "hard bounce", "hard bounce";
        participation: "deelname {}", "participation {}";
        only_one: "Alleen van {}", "Of {} only";
        everybody: "Van iedereen", "Of everybody";
        fresh: "Zoals Spotler het nu zegt; wie vaker iets deed, staat per bladzijde één keer.",
            "As Spotler tells it now; whoever did something more than once stands once on a page.";
        nothing_told: "Spotler meldt hier nog niets.", "Spotler reports nothing here yet.";
    }
}

/// A set of people, by its word in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Recipients,
    Opens,
    Clicks,
    Bounces,
    Soft,
    Hard,
}

impl Set {
    const ALL: [Self; 6] = [
        Self::Recipients,
        Self::Opens,
        Self::Clicks,
        Self::Bounces,
        Self::Soft,
        Self::Hard,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Recipients => "recipients",
            Self::Opens => "opens",
            Self::Clicks => "clicks",
            Self::Bounces => "bounces",
            Self::Soft => "soft-bounces",
            Self::Hard => "hard-bounces",
        }
    }

    fn title(self, w: &PeopleWords) -> &'static str {
        match self {
            Self::Recipients => w.recipients,
            Self::Opens => w.opens,
            Self::Clicks => w.clicks,
            Self::Bounces => w.bounces,
            Self::Soft => w.soft,
            Self::Hard => w.hard,
        }
    }

    fn kind(self) -> InteractionKind {
        match self {
            Self::Recipients => InteractionKind::Recipients,
            Self::Opens => InteractionKind::Opens,
            Self::Clicks => InteractionKind::Clicks,
            Self::Bounces | Self::Soft | Self::Hard => InteractionKind::Bounces,
        }
    }

    /// The kind of bounce that it holds; none: it holds all.
    fn bounce(self) -> Option<Bounce> {
        match self {
            Self::Soft => Some(Bounce::Soft),
            Self::Hard => Some(Bounce::Hard),
            Self::Recipients | Self::Opens | Self::Clicks | Self::Bounces => None,
        }
    }
}

/// Links to the sets of a message: address and text. A text message has no opens
/// and clicks (RE-43).
pub(crate) fn links(visit: &Visit, message: &str, medium: Medium) -> Vec<(String, &'static str)> {
    let w = PeopleWords::of(visit.language());
    let link = |it: Set| {
        let address = format!("/people/{}/{}", it.word(), encoded(message));
        (address, it.title(w))
    };
    let applies = |it: &Set| match it {
        Set::Opens | Set::Clicks => medium == Medium::Email,
        Set::Recipients | Set::Soft | Set::Hard => true,
        Set::Bounces => false,
    };
    Set::ALL.into_iter().filter(applies).map(link).collect()
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
    /// Of one record: `contact/ID`.
    #[serde(default)]
    record: String,
    /// Of one participation in a journey.
    #[serde(default)]
    participation: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People<'a> {
    frame: &'a Frame,
    w: &'static PeopleWords,
    title: &'static str,
    of: String,
    back: String,
    sets: Vec<(String, &'static str, bool)>,
    /// Of whom only, with the address without that.
    only: Option<(String, String)>,
    people: Vec<Person>,
    next: Option<String>,
}

pub(crate) async fn show(
    visit: Visit,
    Path((set, message)): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, &set, &message, &asked).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    set: &str,
    message: &str,
    asked: &Asked,
) -> Result<People<'a>, Trouble> {
    let w = PeopleWords::of(visit.language());
    let set = Set::ALL.into_iter().find(|it| it.word() == set);
    let set = set.ok_or(Trouble::NotFound)?;
    let of = whose(asked);
    let only = only(visit, &of).await?;
    let start = Some(asked.after.clone()).filter(|it| !it.is_empty());
    let (host, tenant) = (visit.host.embedding(), visit.host.crm().tenant());
    let page = host.list_interactions(tenant, message, set.kind(), of, start);
    let page = visit.told(page.await)?;
    let wanted = set.bounce();
    let interactions = page.interactions.into_iter();
    let interactions = interactions.filter(|it| wanted.is_none_or(|kind| it.bounce == Some(kind)));
    let people = gathered(visit, w, interactions.collect()).await?;
    let mailing = visit.host.crm().mailing(message).await?;
    let back = match &mailing {
        Some(_) => format!("/mailings/{}", encoded(message)),
        None => "/journeys".to_owned(),
    };
    let narrowed = format!(
        "record={}&participation={}",
        encoded(&asked.record),
        encoded(&asked.participation)
    );
    let address = |it: Set| format!("/people/{}/{}?{narrowed}", it.word(), encoded(message));
    let name = match mailing {
        Some(it) => it.mailing.name,
        None => {
            let details = visit.told(host.read_details(tenant, message).await)?;
            details.message.map(|it| it.name).unwrap_or_default()
        }
    };
    Ok(People {
        frame: &visit.frame,
        title: set.title(w),
        of: fill(w.of_message, name),
        back,
        sets: Set::ALL
            .into_iter()
            .map(|it| (address(it), it.title(w), it == set))
            .collect(),
        only: only.map(|name| {
            let all = format!("/people/{}/{}", set.word(), encoded(message));
            (fill(w.only_one, name), all)
        }),
        people,
        next: page
            .next
            .map(|it| format!("{}&after={}", address(set), encoded(&it))),
        w,
    })
}

fn whose(asked: &Asked) -> Whose {
    let record = asked.record.split_once('/').and_then(|(kind, id)| {
        let kind = RecordKind::from_code(kind)?;
        let id = id.to_owned();
        Some(RecordRef { kind, id })
    });
    match record {
        Some(record) => Whose::Person(record),
        None if asked.participation.is_empty() => Whose::Everybody,
        None => Whose::Participation(asked.participation.clone()),
    }
}

/// Whose interactions are shown, where they are not everybody's.
async fn only(visit: &Visit, of: &Whose) -> Result<Option<String>, Trouble> {
    Ok(match of {
        Whose::Everybody => None,
        Whose::Person(record) => {
            let names = visit.host.crm().names_of(std::slice::from_ref(record));
            Some(names.await.map_err(HostError::from)?.of(record))
        }
        Whose::Participation(id) => Some(fill(PeopleWords::of(visit.language()).participation, id)),
    })
}
