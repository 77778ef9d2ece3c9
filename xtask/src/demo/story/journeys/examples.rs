//! The four examples: sign-up, cart, review and life cycle.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::super::screen::{heading, say};
use super::super::mail;
use super::super::stage::{Stage, list, text};
use super::{ANNA, BO, Codes, expect, expect_sends, expect_standing};

pub(super) fn sign_up(stage: &Stage, codes: &Codes) -> Result<()> {
    heading("2  A sign-up for the newsletter is confirmed at once");
    let code = &codes.confirmation;
    let bind = format!("journey bind newsletter --sign-up newsletter --start {code}");
    let warnings = || -> Result<usize> {
        let lines = list(&stage.ask("log")?, "lines")?;
        Ok(lines
            .iter()
            .filter(|it| it["code"] == "log-own-confirmation")
            .count())
    };
    stage.type_in(&format!("{bind} --own-confirmation"))?;
    stage.work()?;
    ensure!(warnings()? == 1, "nobody is warned of two confirmations");
    say("the CRM sends a confirmation of its own, so the log warns:");
    stage.type_in("log --limit 1")?;
    say("it is switched off there:");
    stage.type_in(&bind)?;
    stage.work()?;
    ensure!(
        warnings()? == 1,
        "it warns although the CRM's own confirmation is off"
    );
    let before = stage.spotler.request_count()?;
    let form = "signup newsletter cas@relaties.example --permission 1 --first-name Cas --id form-1";
    stage.type_in(form)?;
    stage.work()?;
    let requests = stage.spotler.requests_since(before)?;
    for request in &requests {
        say(&format!("  {request}"));
    }
    let at = |start: &str| requests.iter().position(|it| it.starts_with(start));
    let (added, started) = (at("POST /contact"), at("POST /automation/trigger"));
    ensure!(
        added.is_some() && added < started,
        "the contact is not added before the trigger: {requests:?}"
    );
    let cas = stage.spotler.contact("cas@relaties.example")?;
    ensure!(
        cas["sets"]["permissions"] == json!([1]),
        "the permission is not on: {cas}"
    );
    expect_sends(stage, &["Fijn!"])?;
    say("in Spotler: the contact with its permission, and the confirmation is sent");
    stage.type_in(form)?;
    stage.work()?;
    expect_sends(stage, &["Fijn!"])?;
    say("the same form once more: nothing is sent again");
    Ok(())
}

pub(super) fn lint(stage: &Stage, codes: &Codes, folder: &Path) -> Result<()> {
    heading("3  The message of the abandoned cart is checked before it is used");
    stage.type_in(&format!(
        "journey bind cart --cart abandoned --start {}",
        codes.cart
    ))?;
    stage.type_in(&format!(
        "journey fields {} --set voucher=value:voucher --set company=field:organisation",
        codes.cart
    ))?;
    stage.work()?;
    let file = folder.join("message.html");
    let message = "Beste [automationfield:firstname], [automationfield:linktocart]\n[automationfield:Voucher] [automationfield:com pany]";
    fs::write(&file, message).context("could not write the message")?;
    say(message);
    let file = file.to_string_lossy();
    let findings = list(
        &stage.ask(&format!("journey lint {} '{file}'", codes.cart))?,
        "findings",
    )?;
    let found: Vec<(&str, &str, &str)> = findings
        .iter()
        .map(|it| (text(it, "lint"), text(it, "name"), text(it, "meant")))
        .collect();
    let expected = [
        ("missing", "firstname", ""),
        ("other-case", "Voucher", "voucher"),
        ("white-space", "com pany", "company"),
    ];
    ensure!(found == expected, "the linter finds {found:?}");
    stage.type_in(&format!("journey lint {} '{file}'", codes.cart))?;
    fs::write(
        &*file,
        "[automationfield:linktocart] [automationfield:voucher]",
    )?;
    let findings = list(
        &stage.ask(&format!("journey lint {} '{file}'", codes.cart))?,
        "findings",
    )?;
    ensure!(
        findings.len() == 1 && findings[0]["lint"] == "unused" && findings[0]["name"] == "company",
        "a field that no placeholder shows is not found: {findings:?}"
    );
    say("with the placeholders mended, what is left: the field `company` is sent and not shown");
    stage.ask(&format!(
        "journey fields {} --set voucher=value:voucher",
        codes.cart
    ))?;
    stage.work()?;
    let findings = list(
        &stage.ask(&format!("journey lint {} '{file}'", codes.cart))?,
        "findings",
    )?;
    ensure!(findings.is_empty(), "the linter still finds {findings:?}");
    Ok(())
}

pub(super) fn cart(stage: &Stage) -> Result<()> {
    heading("4  An abandoned cart");
    for id in ["p-1", "p-2"] {
        let page = format!("https://winkel.example/{id}");
        let product = json!({
            "externalId": id, "name": id, "link": page, "price": "100", "imageUrl": page, "imageLargeUrl": page,
        });
        let asked = json!({"method": "POST", "path": "/product", "body": {"product": product}});
        stage
            .spotler
            .control("POST", "/_sim/other-system", &asked)?;
    }
    say("the webshop has synced its products to Spotler itself, so their ids are enough");
    let before = stage.spotler.request_count()?;
    let cart = |id: &str, link: &str| -> Result<()> {
        stage.type_in(&format!("shop cart {id} {ANNA} abandoned --product p-1 --product p-2 --link {link} --with voucher=LENTE"))?;
        stage.work().map(drop)
    };
    cart("c-0", "http://winkel.example/cart/c-0")?;
    ensure!(
        stage.spotler.request_count()? == before,
        "a link that is not https reached Spotler"
    );
    expect(stage, "on-cart-changed", "message-field-refused")?;
    cart("c-1", "https://winkel.example/cart/c-1")?;
    expect(stage, "on-cart-changed", "journey-started")?;
    let sent = stage.last_body("POST /automation/trigger/*")?["automationFields"].clone();
    let expected = json!([
        {"name": "voucher", "type": "STRING", "values": ["LENTE"]},
        {"name": "productlist", "type": "PRODUCTLIST", "values": ["p-1", "p-2"]},
        {"name": "linktocart", "type": "URL", "values": ["https://winkel.example/cart/c-1"]},
    ]);
    let sorted = |it: &Value| {
        let mut fields: Vec<String> = it
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect();
        fields.sort();
        fields
    };
    ensure!(sorted(&sent) == sorted(&expected), "Spotler got {sent}");
    for field in sent.as_array().into_iter().flatten() {
        say(&format!("  {field}"));
    }
    expect_sends(
        stage,
        &["Fijn!", "p-1,p-2 https://winkel.example/cart/c-1 LENTE"],
    )
}

pub(super) fn review(stage: &mut Stage, codes: &Codes) -> Result<()> {
    heading("5  A product review, fourteen days after the order is completed");
    stage.type_in(&format!(
        "journey bind review --order completed --start {}",
        codes.review
    ))?;
    stage.work()?;
    let order = |stage: &Stage, status: &str| -> Result<()> {
        stage.type_in(&format!(
            "shop order o-1 {ANNA} {status} --product p-1 --product p-2"
        ))?;
        stage.work().map(drop)
    };
    order(stage, "paid")?;
    expect(stage, "on-order-changed", "not-bound")?;
    order(stage, "completed")?;
    expect(stage, "on-order-changed", "journey-started")?;
    let before = mail::sends(stage)?.len();
    let began = Instant::now();
    stage.pass(335.hours().minutes(59).seconds(59))?;
    ensure!(
        mail::sends(stage)?.len() == before,
        "Spotler did not wait for fourteen days"
    );
    stage.pass(1.second())?;
    let took = began.elapsed().as_millis();
    let sends = mail::sends(stage)?;
    ensure!(
        sends.len() == before + 1,
        "after fourteen days nothing was sent"
    );
    let last = sends
        .last()
        .map(|it| text(it, "body").to_owned())
        .unwrap_or_default();
    ensure!(
        last == "p-1,p-2",
        "the message shows other products: {last}"
    );
    say(&format!(
        "{} (fourteen days on the virtual clock, {took} ms on the wall): sent, with p-1 and p-2",
        stage.time()
    ));
    say("the waiting is Spotler's: the CRM did nothing meanwhile");
    for status in ["refunded", "completed"] {
        order(stage, status)?;
    }
    expect(stage, "on-order-changed", "already-started")?;
    Ok(())
}

pub(super) fn life_cycle(stage: &mut Stage, codes: &Codes) -> Result<()> {
    heading("6  The life cycle starts with a customer and stops with an ex-customer");
    stage.type_in(&format!(
        "journey bind customer --stage klant --start {}",
        codes.life_cycle
    ))?;
    stage.type_in(&format!(
        "journey bind ex-customer --stage ex-klant --stop {}",
        codes.life_cycle
    ))?;
    stage.work()?;
    stage.type_in(&format!("sale s-1 {BO} klant"))?;
    stage.work()?;
    expect_standing(stage, BO, &codes.life_cycle, "started")?;
    let before = mail::sends(stage)?.len();
    stage.pass((31 * 24).hours())?;
    ensure!(
        mail::sends(stage)?.len() == before + 1,
        "the second message was not sent after a month"
    );
    say(&format!("{}: the second message was sent", stage.time()));
    stage.type_in(&format!("sale s-1 {BO} ex-klant"))?;
    stage.work()?;
    expect_standing(stage, BO, &codes.life_cycle, "stopped")?;
    stage.pass((60 * 24).hours())?;
    ensure!(
        mail::sends(stage)?.len() == before + 1,
        "an ex-customer got the message that was to come"
    );
    say(&format!("{}: the third one was never sent", stage.time()));
    Ok(())
}
