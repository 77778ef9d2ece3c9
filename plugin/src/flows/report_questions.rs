//! Questions about results: each asks Spotler, and changes nothing.

use futures_util::future::try_join_all;

use crate::codes;
use crate::connection::{Connection, QuestionFailed};
use crate::crm::Timestamp;
use crate::memory::Memory;
use crate::memory::messages::KnownMessage;
use crate::outcome::Reason;
use crate::ports::Ports;
use crate::report::{
    Campaign, CampaignStep, Details, Form, FormQuestion, FormResult, Interaction, InteractionKind,
    Mailing, Medium, Page, Statistics, Whose,
};
use crate::spotler::client::Spotler;
use crate::spotler::interaction::Row;
use crate::spotler::reporting::{Family, RowsOf};
use crate::spotler::trouble::{Kind, Trouble};

/// How many rows a page has.
const PAGE: usize = 1000;
/// Results of forms are not paged by Spotler: so much of the period at a time.
const FORM_WINDOW_MS: Timestamp = 31 * 24 * 3_600_000;

type Asked<T> = Result<T, QuestionFailed>;

/// The connection, if it is active.
pub(crate) fn active<P: Ports>(ports: &P) -> Asked<Connection> {
    Memory::new(ports)
        .active_connection()
        .ok_or(QuestionFailed::NotActive)
}

/// What trouble means for a question.
pub(crate) fn failed(trouble: &Trouble) -> QuestionFailed {
    let reason = |code| match trouble.status {
        Some(status) => Reason::new(code).with("status", status.to_string()),
        None => Reason::new(code),
    };
    match trouble.kind {
        Kind::NotFound => QuestionFailed::NotFound,
        Kind::TooFast => QuestionFailed::Unavailable(reason(codes::TOO_FAST)),
        Kind::ServerFault => QuestionFailed::Unavailable(reason(codes::SERVER_FAULT)),
        Kind::Unreachable => QuestionFailed::Unavailable(reason(codes::UNREACHABLE)),
        Kind::Lost | Kind::Garbled => QuestionFailed::Unavailable(reason(codes::NO_WHOLE_ANSWER)),
        Kind::NotSent => QuestionFailed::Unavailable(reason(codes::NOT_SENT)),
        Kind::NotAuthorised => QuestionFailed::Refused(reason(codes::NOT_IN_PRODUCT)),
        Kind::OptedOut
        | Kind::NoActiveChannel
        | Kind::AlreadyExists
        | Kind::ValueRefused
        | Kind::Refused => QuestionFailed::Refused(reason(codes::QUESTION_REFUSED)),
    }
}

/// The mailings of a period, newest first.
pub async fn list_mailings<P: Ports>(
    ports: &P,
    (start, end): (Timestamp, Timestamp),
    limit: u32,
) -> Asked<Vec<Mailing>> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    let mut mailings = spotler
        .mailings(start, end)
        .await
        .map_err(|it| failed(&it))?;
    mailings.sort_by(|one, other| (other.sent_at, &other.id).cmp(&(one.sent_at, &one.id)));
    mailings.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(mailings)
}

/// The details of a mailing or a journey's message.
pub async fn read_details<P: Ports>(ports: &P, message: &str) -> Asked<Details> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    let known = Memory::new(ports).message(message);
    let family = match known.and_then(|it| it.family) {
        Some(family) => family,
        None => family_of(&spotler, message).await?.0,
    };
    spotler
        .static_details(family, message)
        .await
        .map_err(|it| failed(&it))
}

/// The statistics of a mailing, as they are now.
pub async fn read_statistics<P: Ports>(ports: &P, mailing: &str) -> Asked<Statistics> {
    let connection = active(ports)?;
    Spotler::of(ports, &connection)
        .statistics(mailing)
        .await
        .map_err(|it| failed(&it))
}

/// Which resource a message belongs to, and what it is: Spotler refuses an id of
/// the one at the other.
pub(crate) async fn family_of<P: Ports>(
    spotler: &Spotler<'_, P>,
    message: &str,
) -> Asked<(Family, KnownMessage)> {
    for family in [Family::Mailing, Family::Journey] {
        match spotler.details(family, message).await {
            Ok(details) => return Ok((family, KnownMessage::of(family, &details))),
            Err(trouble) if matches!(trouble.kind, Kind::NotFound | Kind::Refused) => {}
            Err(trouble) => return Err(failed(&trouble)),
        }
    }
    Err(QuestionFailed::NotFound)
}

/// What people did with a message.
pub async fn list_interactions<P: Ports>(
    ports: &P,
    message: &str,
    kind: InteractionKind,
    (whose, start): (&Whose, Option<&str>),
) -> Asked<Page<Interaction>> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    let memory = Memory::new(ports);
    let (family, known) = match memory.message(message) {
        Some(known) if known.family.is_some() => (known.family.unwrap_or(Family::Mailing), known),
        Some(_) | None => family_of(&spotler, message).await?,
    };
    let of_one = matches!(kind, InteractionKind::Opens | InteractionKind::Clicks);
    if known.medium == Medium::Sms && of_one {
        return Err(QuestionFailed::Refused(Reason::new(codes::NOT_FOR_SMS)));
    }
    let whose = whose_id(&memory, family, whose, of_one)?;
    let after = offset(start)?;
    let rows = spotler
        .interactions(RowsOf {
            family,
            message,
            kind,
            whose: whose.as_deref(),
            between: None,
            after,
            page_size: PAGE,
        })
        .await;
    let (rows, count, more) = rows.map_err(|it| failed(&it))?;
    let own_id = whose.filter(|_| family == Family::Mailing);
    Ok(Page {
        rows: rows
            .into_iter()
            .map(|row| interaction(&memory, &known, row, own_id.as_deref()))
            .collect(),
        next: more.then(|| (after + count).to_string()),
    })
}

/// Which person or participation is meant, as Spotler's path names it.
fn whose_id<P: Ports>(
    memory: &Memory<'_, P>,
    family: Family,
    whose: &Whose,
    of_one: bool,
) -> Asked<Option<String>> {
    let not_told = || QuestionFailed::Refused(Reason::new(codes::NOT_TOLD));
    match (whose, family) {
        (Whose::Everybody, _) => Ok(None),
        (Whose::Person(reference), Family::Mailing) if of_one => {
            let link = memory.link(reference).ok_or(QuestionFailed::NotFound)?;
            Ok(Some(link.external_id))
        }
        (Whose::Participation(id), Family::Journey) if of_one => Ok(Some(id.clone())),
        (Whose::Person(_) | Whose::Participation(_), Family::Mailing | Family::Journey) => {
            Err(not_told())
        }
    }
}

/// A row with its person and its link; rows of one person do not name it.
fn interaction<P: Ports>(
    memory: &Memory<'_, P>,
    known: &KnownMessage,
    row: Row,
    own_id: Option<&str>,
) -> Interaction {
    let external_id = row.external_id.or_else(|| own_id.map(str::to_owned));
    Interaction {
        target: external_id.as_deref().and_then(|it| memory.behind(it)),
        external_id,
        at: row.at,
        participation: row.participation,
        link: row.link.and_then(|it| known.link(it).cloned()),
        bounce: row.bounce,
    }
}

/// Reads the place at which a page starts.
pub(crate) fn offset(start: Option<&str>) -> Asked<usize> {
    start.map_or(Ok(0), place)
}

/// Reads a cursor of ours.
fn place<T: std::str::FromStr>(cursor: &str) -> Asked<T> {
    let unreadable = |_| QuestionFailed::Refused(Reason::new(codes::BAD_CURSOR));
    cursor.parse().map_err(unreadable)
}

/// All campaigns of the older kind.
pub async fn list_campaigns<P: Ports>(ports: &P) -> Asked<Vec<Campaign>> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    spotler.campaigns().await.map_err(|it| failed(&it))
}

/// The steps of a campaign that send a message.
pub async fn list_campaign_steps<P: Ports>(ports: &P, campaign: &str) -> Asked<Vec<CampaignStep>> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    let messages = spotler.campaign_mailings(campaign).await;
    let messages = messages.map_err(|it| failed(&it))?;
    let details = messages
        .iter()
        .map(|(id, ..)| spotler.static_details(Family::Journey, id));
    let details = try_join_all(details).await.map_err(|it| failed(&it))?;
    let step = |((message, name, medium), details)| CampaignStep {
        message,
        name,
        medium,
        details,
    };
    Ok(messages.into_iter().zip(details).map(step).collect())
}

/// All forms.
pub async fn list_forms<P: Ports>(ports: &P) -> Asked<Vec<Form>> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    spotler.forms().await.map_err(|it| failed(&it))
}

/// The questions of a form, from the answers of the last month that has any.
pub async fn list_form_questions<P: Ports>(
    ports: &P,
    form: &str,
    (start, end): (Timestamp, Timestamp),
) -> Asked<Vec<FormQuestion>> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    let mut end = end;
    while end > start {
        let from = end.saturating_sub(FORM_WINDOW_MS).max(start);
        let results = spotler.form_results(form, from, end).await;
        let questions = questions_of(&results.map_err(|it| failed(&it))?);
        if !questions.is_empty() {
            return Ok(questions);
        }
        end = from;
    }
    Ok(Vec::new())
}

/// Every question that any of the results names, in the order of the form.
fn questions_of(results: &[FormResult]) -> Vec<FormQuestion> {
    let mut questions: Vec<FormQuestion> = Vec::new();
    for answer in results.iter().flat_map(|it| &it.answers) {
        if !questions.iter().any(|it| it.id == answer.question.id) {
            questions.push(answer.question.clone());
        }
    }
    questions.sort_by_key(|it| it.rank);
    questions
}

/// What was filled in within a period, a month at a time.
pub async fn list_form_results<P: Ports>(
    ports: &P,
    form: &str,
    (start, end): (Timestamp, Timestamp),
    next: Option<&str>,
) -> Asked<Page<FormResult>> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    let from = match next {
        Some(moment) => place(moment)?,
        None => start,
    };
    let until = from.saturating_add(FORM_WINDOW_MS).min(end);
    if from >= until {
        return Ok(Page {
            rows: Vec::new(),
            next: None,
        });
    }
    let results = spotler.form_results(form, from, until).await;
    let mut rows = results.map_err(|it| failed(&it))?;
    rows.sort_by(|one, other| (one.submitted_at, &one.id).cmp(&(other.submitted_at, &other.id)));
    Ok(Page {
        rows,
        next: (until < end).then(|| until.to_string()),
    })
}

/// A form as one person filled it in once.
pub async fn read_form_result<P: Ports>(ports: &P, form: &str, result: &str) -> Asked<FormResult> {
    let connection = active(ports)?;
    let spotler = Spotler::of(ports, &connection);
    let answer = spotler.form_result(form, result).await;
    answer.map_err(|it| failed(&it))
}
