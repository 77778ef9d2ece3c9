//! The attachment of a campaign (PV-24): what its last export did, as a file with a
//! line for each person who was selected.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    contract::{Addressee, NamedValue},
    crm::names::Names,
    web::{
        links::encoded,
        trouble::{Trouble, shown},
        visit::Visit,
        words::words,
    },
};

/// The fact that an export leaves on its campaign.
const EXPORTED: &str = "exported-at";

words! {
    struct AttachmentWords {
        title: "Bijlagen", "Attachments";
        file: "Wat er geëxporteerd is (CSV)", "What was exported (CSV)";
        none: "Er zijn nog geen bijlagen; na een export staat hier wat er geëxporteerd is.",
            "There are no attachments yet; after an export, what was exported is here.";
        id: "Nummer", "Id";
        on_list: "Op de lijst", "On the list";
        why: "Waarom niet", "Why not";
    }
}

/// The attachments as they are shown.
pub(super) struct Attachments {
    pub(super) title: &'static str,
    /// What stands where there is none.
    pub(super) none: &'static str,
    /// Address and text of the file; none before the first export.
    pub(super) file: Option<(String, &'static str)>,
    /// Whether this user may have it.
    pub(super) may: bool,
}

impl Attachments {
    pub(super) fn of(visit: &Visit, campaign: &str, facts: &[NamedValue]) -> Self {
        let w = AttachmentWords::of(visit.language());
        let is_there = facts.iter().any(|it| it.name == EXPORTED);
        let address = || (format!("/attachments/{}", encoded(campaign)), w.file);
        Self {
            title: w.title,
            none: w.none,
            file: is_there.then(address),
            may: visit.may(),
        }
    }
}

/// The file. Personal data of many: only with the right, and kept by nobody on the
/// way.
pub(crate) async fn download(visit: Visit, Path(campaign): Path<String>) -> Response {
    match file(&visit, &campaign).await {
        Ok(file) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"campaign.csv\"",
                ),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, file).into_response()
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn file(visit: &Visit, campaign: &str) -> Result<Vec<u8>, Trouble> {
    visit.needs_right()?;
    let (crm, words) = (visit.host.crm(), visit.frame.words);
    let w = AttachmentWords::of(visit.language());
    let mut lines = vec![[words.kind, w.id, words.name, w.on_list, w.why].map(str::to_owned)];
    let mut start: Option<String> = None;
    loop {
        let page = visit.told(visit.host.addressees(campaign, start.as_deref()).await)?;
        let targets: Vec<_> = page.addressees.iter().map(|it| it.target.clone()).collect();
        let names = crm.names_of(&targets).await?;
        lines.extend(page.addressees.iter().map(|it| line(visit, it, &names)));
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    written(&lines).map_err(|error| {
        tracing::error!(%error, "an attachment could not be written as a file");
        Trouble::NotFound
    })
}

fn line(visit: &Visit, it: &Addressee, names: &Names) -> [String; 5] {
    let words = visit.frame.words;
    let why = it.left_out.as_deref();
    let why = why.map(|code| visit.explainer.text_for_many(visit.language(), code));
    [
        words.kind_of(it.target.kind).to_owned(),
        it.target.id.clone(),
        names.of(&it.target),
        words.yes_no(why.is_none()).to_owned(),
        why.unwrap_or_default(),
    ]
}

fn written(lines: &[[String; 5]]) -> Result<Vec<u8>, csv::Error> {
    let mut file = Vec::new();
    let mut writer = csv::Writer::from_writer(&mut file);
    for line in lines {
        writer.write_record(line)?;
    }
    writer.flush().map_err(csv::Error::from)?;
    drop(writer);
    Ok(file)
}
