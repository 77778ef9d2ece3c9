//! The messages of a campaign of Spotler's older kind (RE-34..RE-36): name, kind,
//! subject and links, and the people of each result.

use askama::Template;
use axum::{extract::Path, response::Response};
use koppel_embedding::contract::reports::CampaignStep;

use crate::{
    contract::Medium,
    web::{
        frame::Frame,
        people,
        trouble::Trouble,
        visit::Visit,
        words::{fill, words},
    },
};

words! {
    struct StepWords {
        title: "Berichten van {}", "Messages of {}";
        name: "Bericht", "Message";
        medium: "Soort", "Kind";
        email: "e-mail", "e-mail";
        sms: "sms", "text message";
        subject: "Onderwerp", "Subject";
        links: "Links", "Links";
        people: "Wie", "Who";
        not_applicable: "niet van toepassing", "does not apply";
        back: "Naar de campagnes", "To the campaigns";
        none_yet: "Deze reeks heeft in Spotler nog geen berichten.",
            "This sequence has no messages in Spotler yet.";
    }
}

#[derive(Template)]
#[template(path = "journey_steps.html")]
struct Steps<'a> {
    frame: &'a Frame,
    w: &'static StepWords,
    title: String,
    steps: Vec<Step>,
}

struct Step {
    name: String,
    medium: &'static str,
    subject: String,
    links: Vec<(String, String)>,
    is_email: bool,
    people: Vec<(String, &'static str)>,
}

pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.show(gather(&visit, &id).await)
}

async fn gather<'a>(visit: &'a Visit, id: &str) -> Result<Steps<'a>, Trouble> {
    let w = StepWords::of(visit.language());
    let (host, tenant) = (visit.host.embedding(), visit.host.crm().tenant());
    let campaigns = visit.told(host.list_campaigns(tenant).await)?;
    let campaign = campaigns.into_iter().find(|it| it.id == id);
    let campaign = campaign.ok_or(Trouble::NotFound)?;
    let steps = visit.told(host.list_campaign_steps(tenant, id).await)?;
    Ok(Steps {
        frame: &visit.frame,
        title: fill(w.title, campaign.name),
        steps: steps.into_iter().map(|it| step(visit, w, it)).collect(),
        w,
    })
}

fn step(visit: &Visit, w: &'static StepWords, it: CampaignStep) -> Step {
    let is_email = it.medium == Medium::Email;
    let subject = it.details.message.and_then(|it| it.subject);
    let links = it.details.links.into_iter();
    Step {
        medium: if is_email { w.email } else { w.sms },
        subject: subject.unwrap_or_else(|| w.not_applicable.to_owned()),
        links: links.map(|it| (it.name, it.url)).collect(),
        people: people::links(visit, &it.message, it.medium),
        name: it.name,
        is_email,
    }
}
