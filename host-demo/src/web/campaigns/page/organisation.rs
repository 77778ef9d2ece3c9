//! Whose campaign it is (PV-24): the relation whose contacts get it, with what the CRM
//! has of that organisation and of its primary contact, or else the organisation whose
//! CRM this is.

use crate::{
    contract::{RecordKind, RecordRef},
    crm::{campaigns::Campaign, selections::Selection, value},
    web::{
        labels,
        links::{encoded, moment, tail},
        trouble::Trouble,
        visit::Visit,
        words::words,
    },
};

/// How an organisation is reached: the fields of its account.
const REACHED_BY: [&str; 7] = [
    "email",
    "phone",
    "street",
    "house_number",
    "postal_code",
    "city",
    "country",
];

words! {
    struct OrganisationWords {
        title: "Organisatie", "Organisation";
        relation: "Relatie", "Relation";
        primary: "Primaire contactpersoon", "Primary contact";
        this_crm: "CRM van", "CRM of";
        made_by: "Gemaakt door", "Made by";
        made_at: "Gemaakt op (UTC)", "Made at (UTC)";
    }
}

/// The organisation as it is shown.
pub(super) struct Organisation {
    pub(super) title: &'static str,
    pub(super) facts: Vec<Fact>,
}

/// What is known of it, with the page that it leads to.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) link: Option<String>,
}

impl Fact {
    fn plain(name: &str, value: String) -> Self {
        Self {
            name: name.to_owned(),
            value,
            link: None,
        }
    }
}

impl Organisation {
    pub(super) async fn of(visit: &Visit, campaign: &Campaign) -> Result<Self, Trouble> {
        let (crm, w) = (visit.host.crm(), OrganisationWords::of(visit.language()));
        let selection = crm.selection(&campaign.selection).await?;
        let mut facts = if let Some(Selection::Relation(id)) = selection {
            of_relation(visit, w, &id).await?
        } else {
            let tenant = crm.tenant().as_str().to_owned();
            vec![Fact::plain(w.this_crm, tenant)]
        };
        if let Some(user) = &campaign.created_by {
            let name = crm.user_name(user).await?;
            facts.push(Fact::plain(w.made_by, name.unwrap_or_else(|| user.clone())));
        }
        facts.push(Fact::plain(w.made_at, moment(campaign.created_at)));
        Ok(Self {
            title: w.title,
            facts,
        })
    }
}

/// A relation, with the fields of the account that has its id, and its primary
/// contact.
async fn of_relation(visit: &Visit, w: &OrganisationWords, id: &str) -> Result<Vec<Fact>, Trouble> {
    let crm = visit.host.crm();
    let relation = crm.relation(id).await?;
    let account = RecordRef {
        kind: RecordKind::Account,
        id: id.to_owned(),
    };
    let account = crm.record(&account).await?;
    let name = relation.map(|it| it.name);
    let name = name.or_else(|| account.as_ref().map(crate::crm::Record::name));
    let mut facts = vec![Fact {
        name: w.relation.to_owned(),
        value: name.unwrap_or_else(|| id.to_owned()),
        link: Some(format!("/relations/{}", encoded(id))),
    }];
    let catalogue = crm.catalogue().await?;
    for field in REACHED_BY.iter().filter_map(|it| catalogue.named(it)) {
        let held = account.as_ref().and_then(|it| it.fields.get(&field.name));
        if let Some(held) = held {
            let label = labels::label(visit.language(), field);
            facts.push(Fact::plain(&label, value::to_text(held)));
        }
    }
    let primary = crm.primary_contacts_of(id).await?;
    let names = crm.names_of(&primary).await?;
    for contact in &primary {
        facts.push(Fact {
            name: w.primary.to_owned(),
            value: names.of(contact),
            link: Some(format!("/records/{}", tail(contact))),
        });
    }
    Ok(facts)
}
