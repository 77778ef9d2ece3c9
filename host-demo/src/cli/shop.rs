//! `shop`: carts and orders of a webshop. `signup`: a form that is sent in.
//! `sale`: a sale that reaches a stage.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    reference::{Named, Setting},
    session::Session,
};
use crate::{
    contract::{NamedValue, Purchase},
    crm::{sales::Stage, shop::Sort, sign_ups::Form},
};

/// Carts and orders of a webshop.
#[derive(Debug, Subcommand)]
pub(crate) enum ShopCommand {
    /// A cart got a status, such as `abandoned`.
    Cart(PurchaseArgs),
    /// An order got a status, such as `completed`.
    Order(PurchaseArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PurchaseArgs {
    /// The shop's id of it.
    id: String,
    /// Whose it is.
    contact: Named,
    /// Its status.
    status: String,
    /// A product, by the id under which the shop synced it to Spotler.
    #[arg(long = "product", value_name = "ID")]
    products: Vec<String>,
    /// The link back to it; an absolute https address.
    #[arg(long)]
    link: Option<String>,
    /// Another value for the message, as `voucher=SPRING`.
    #[arg(long = "with", value_name = "NAME=VALUE")]
    values: Vec<Setting>,
}

#[derive(Debug, Args)]
pub(crate) struct SignUpArgs {
    /// The form's name.
    form: String,
    /// The address.
    email: String,
    /// A permission that was ticked, by its number.
    #[arg(long = "permission", value_name = "BIT")]
    permissions: Vec<u32>,
    #[arg(long)]
    first_name: Option<String>,
    #[arg(long)]
    last_name: Option<String>,
    /// Names this sending; the same one twice is one sign-up.
    #[arg(long)]
    id: Option<String>,
    /// Another value for the message, as `source=fair`.
    #[arg(long = "with", value_name = "NAME=VALUE")]
    values: Vec<Setting>,
}

#[derive(Debug, Args)]
pub(crate) struct SaleArgs {
    /// The sale; it is made where there is none.
    sale: String,
    /// Its contact.
    contact: Named,
    /// The stage that it reaches.
    stage: String,
    /// The sales scheme.
    #[arg(long, default_value = "sales")]
    scheme: String,
}

/// Saves a cart or an order.
pub(crate) async fn shop(command: ShopCommand, session: &Session) -> anyhow::Result<()> {
    let (sort, args) = match command {
        ShopCommand::Cart(args) => (Sort::Cart, args),
        ShopCommand::Order(args) => (Sort::Order, args),
    };
    let value = |it: Setting| NamedValue {
        name: it.name,
        value: it.value,
    };
    let purchase = Purchase {
        id: args.id,
        target: args.contact.0,
        products: args.products,
        link: args.link,
        status: args.status,
        values: args.values.into_iter().map(value).collect(),
    };
    let event = session.crm().await?.save_purchase(sort, purchase).await?;
    let json = json!({"event": event.as_ref().map(ToString::to_string)});
    session.output.show(&json, || match event {
        Some(_) => "saved; its event is queued".to_owned(),
        None => "saved; its status has not changed".to_owned(),
    })
}

/// Takes a form in.
pub(crate) async fn sign_up(args: SignUpArgs, session: &Session) -> anyhow::Result<()> {
    let id = args.id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let form = Form {
        id,
        name: args.form,
        email: args.email,
        first_name: args.first_name,
        last_name: args.last_name,
        permissions: args.permissions,
        values: args
            .values
            .into_iter()
            .map(|it| (it.name, it.value))
            .collect(),
    };
    let target = session.crm().await?.sign_up(form).await?;
    let json = json!({"contact": target.as_ref().map(|it| &it.id)});
    session.output.show(&json, || match &target {
        Some(target) => format!("taken in for contact/{}; `work` carries it out", target.id),
        None => "this form was taken in before".to_owned(),
    })
}

/// Moves a sale to a stage.
pub(crate) async fn sale(args: SaleArgs, session: &Session) -> anyhow::Result<()> {
    let stage = Stage {
        scheme: args.scheme,
        name: args.stage,
    };
    let crm = session.crm().await?;
    let moved = crm
        .move_sale(&args.sale, Some(args.contact.0), stage)
        .await?;
    let json = json!({"event": moved.as_ref().map(ToString::to_string)});
    session.output.show(&json, || match moved {
        Some(_) => "moved; its event is queued".to_owned(),
        None => "it is at this stage already".to_owned(),
    })
}
