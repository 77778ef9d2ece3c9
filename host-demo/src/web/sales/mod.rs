//! Sales on a board (YO-37..YO-42): a sale that is moved to another stage takes
//! its contact along through the automatic actions of that stage.

pub(crate) mod actions;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    links::{encoded, tail},
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::{
    contract::{RecordKind, RecordRef},
    crm::{names::Names, sales::Stage},
};

/// So many sales are on a page.
const SHOWN: u32 = 100;

words! {
    struct SalesWords {
        title: "Verkoop", "Sales";
        hint: "Verplaats een verkoop naar een andere fase; de automatische acties van die fase volgen.",
            "Move a sale to another stage; the automatic actions of that stage follow.";
        stage: "Fase", "Stage";
        scheme: "Verkoopschema", "Sales scheme";
        move_to: "Naar fase", "To stage";
        move_it: "Verplaatsen", "Move";
        new: "Nieuwe verkoop", "New sale";
        sale: "Nummer van de verkoop", "Id of the sale";
        contact: "Nummer van het contact", "Id of the contact";
        make: "Verkoop maken", "Make the sale";
        incomplete: "Vul verkoop, schema en fase in.", "Fill in sale, scheme and stage.";
        to_actions: "Automatische acties", "Automatic actions";
    }
}

#[derive(Template)]
#[template(path = "sales.html")]
struct Board<'a> {
    frame: &'a Frame,
    w: &'static SalesWords,
    problem: Option<&'static str>,
    schemes: Vec<Scheme>,
    /// Whether this is not the first page.
    later: bool,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// The sale after which the page starts.
    #[serde(default)]
    after: String,
}

struct Scheme {
    name: String,
    stages: Vec<(String, Vec<Card>)>,
}

struct Card {
    id: String,
    link: Option<String>,
    name: String,
    kind: &'static str,
    record: String,
}

pub(crate) async fn board(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, None, &asked.after).await)
}

/// Stages come from the actions that are bound to them and from the sales that
/// stand in them.
async fn gather<'a>(
    visit: &'a Visit,
    problem: Option<&'static str>,
    after: &str,
) -> Result<Board<'a>, Trouble> {
    let crm = visit.host.crm();
    let mut schemes: BTreeMap<String, BTreeMap<String, Vec<Card>>> = BTreeMap::new();
    for bound in crm.bound_actions().await? {
        let stages = schemes.entry(bound.stage.scheme).or_default();
        stages.entry(bound.stage.name).or_default();
    }
    for stage in crm.stages_of_sales().await? {
        let stages = schemes.entry(stage.scheme).or_default();
        stages.entry(stage.name).or_default();
    }
    let mut sales = crm.sales_after(after, SHOWN + 1).await?;
    let more = sales.len() > SHOWN as usize;
    sales.truncate(SHOWN as usize);
    let last = sales.last().filter(|_| more);
    let next = last.map(|it| format!("/sales?after={}", encoded(&it.id)));
    let targets: Vec<RecordRef> = sales.iter().filter_map(|it| it.target.clone()).collect();
    let names = crm.names_of(&targets).await?;
    for sale in sales {
        let card = card(sale.id, sale.target.as_ref(), &names);
        let stages = schemes.entry(sale.stage.scheme).or_default();
        stages.entry(sale.stage.name).or_default().push(card);
    }
    let scheme = |(name, stages): (String, BTreeMap<String, Vec<Card>>)| Scheme {
        name,
        stages: stages.into_iter().collect(),
    };
    Ok(Board {
        frame: &visit.frame,
        w: SalesWords::of(visit.language()),
        problem,
        schemes: schemes.into_iter().map(scheme).collect(),
        later: !after.is_empty(),
        next,
    })
}

fn card(id: String, target: Option<&RecordRef>, names: &Names) -> Card {
    use crate::crm::codes::Code;
    let Some(target) = target else {
        return Card {
            name: String::new(),
            link: None,
            kind: RecordKind::Contact.code(),
            record: String::new(),
            id,
        };
    };
    Card {
        name: names.of(target),
        link: Some(tail(target)),
        kind: target.kind.code(),
        record: target.id.clone(),
        id,
    }
}

/// Moves a sale, or makes it.
pub(crate) async fn act(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(Some(said)) => visit.go("/sales", said).await,
        Ok(None) => {
            let w = SalesWords::of(visit.language());
            visit.refuse(gather(&visit, Some(w.incomplete), "").await)
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<Option<&'static str>, Trouble> {
    use crate::crm::codes::Code;
    let (sale, scheme, stage) = (
        fields.get("sale"),
        fields.get("scheme"),
        fields.get("stage"),
    );
    if sale.is_empty() || scheme.is_empty() || stage.is_empty() {
        return Ok(None);
    }
    let target = Some(fields.get("record")).filter(|it| !it.is_empty());
    let target = target.map(|id| RecordRef {
        kind: RecordKind::from_code(fields.get("kind")).unwrap_or(RecordKind::Contact),
        id: id.to_owned(),
    });
    let stage = Stage {
        scheme: scheme.to_owned(),
        name: stage.to_owned(),
    };
    let event = visit.host.crm().move_sale(sale, target, stage).await?;
    Ok(Some(if event.is_some() {
        "saved"
    } else {
        "unchanged"
    }))
}
