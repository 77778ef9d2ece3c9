//! Sends one request through `wasi:http`, and tells a request that never left
//! from one that may have.

use super::bindings::wasi::http::outgoing_handler::handle;
use super::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse,
    Method as WasiMethod, OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};
use super::bindings::wasi::io::streams::StreamError;
use super::executor::Reactor;
use super::ports::now;
use crate::spotler::retry_after;
use crate::spotler::wire::{Method, NoReply, Request, Response};

const SECOND_NS: u64 = 1_000_000_000;
const CONNECT_NS: u64 = 10 * SECOND_NS;
/// Spotler may take its time for a page of a feed.
const FIRST_BYTE_NS: u64 = 60 * SECOND_NS;
const BETWEEN_BYTES_NS: u64 = 30 * SECOND_NS;

/// More than Spotler's largest page; a longer body counts as lost.
const BODY_CAP: usize = 16 * 1024 * 1024;
const CHUNK: u64 = 64 * 1024;

/// Sends a request and reads the whole answer.
pub(super) async fn send(reactor: &Reactor, request: Request) -> Result<Response, NoReply> {
    let outgoing = outgoing_request(&request).ok_or(NoReply::NotSent)?;
    let body = match &request.body {
        Some(_) => Some(outgoing.body().map_err(|()| NoReply::NotSent)?),
        None => None,
    };
    let answer = handle(outgoing, Some(options())).map_err(|_| NoReply::NotSent)?;
    if let (Some(outgoing), Some(bytes)) = (body, &request.body) {
        // Whether it was taken whole or not, the answer tells what happened: a
        // denied request, for one, shows here as a closed stream only.
        let _told_by_the_answer = write(reactor, outgoing, bytes).await;
    }
    let answer = head(reactor, &answer).await?;
    let retry_after = answer.headers().get("retry-after");
    let retry_after = retry_after
        .first()
        .and_then(|it| retry_after::read(it, now()));
    Ok(Response {
        status: answer.status(),
        retry_after,
        body: read(reactor, &answer).await?,
    })
}

fn outgoing_request(request: &Request) -> Option<OutgoingRequest> {
    let (scheme, rest) = request.url.split_once("://")?;
    let path_at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(path_at);
    let scheme = match scheme {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        _ => return None,
    };
    let outgoing = OutgoingRequest::new(headers(request)?);
    outgoing.set_method(&method(request.method)).ok()?;
    outgoing.set_scheme(Some(&scheme)).ok()?;
    outgoing.set_authority(Some(authority)).ok()?;
    outgoing.set_path_with_query(Some(path)).ok()?;
    Some(outgoing)
}

fn headers(request: &Request) -> Option<Fields> {
    let mut headers = vec![
        (
            "authorization".to_owned(),
            request.authorization.clone().into_bytes(),
        ),
        ("accept".to_owned(), b"application/json".to_vec()),
    ];
    if let Some(body) = &request.body {
        headers.push(("content-type".to_owned(), b"application/json".to_vec()));
        headers.push((
            "content-length".to_owned(),
            body.len().to_string().into_bytes(),
        ));
    }
    Fields::from_list(&headers).ok()
}

fn method(method: Method) -> WasiMethod {
    match method {
        Method::Get => WasiMethod::Get,
        Method::Post => WasiMethod::Post,
        Method::Put => WasiMethod::Put,
        Method::Delete => WasiMethod::Delete,
    }
}

/// The time limits of one request. A host that does not know one of them has
/// its own limit for the whole call.
fn options() -> RequestOptions {
    let options = RequestOptions::new();
    let _unknown_to_the_host = [
        options.set_connect_timeout(Some(CONNECT_NS)),
        options.set_first_byte_timeout(Some(FIRST_BYTE_NS)),
        options.set_between_bytes_timeout(Some(BETWEEN_BYTES_NS)),
    ];
    options
}

/// Writes the body; an error only says that the host takes no more of it.
async fn write(reactor: &Reactor, outgoing: OutgoingBody, mut bytes: &[u8]) -> Result<(), ()> {
    let stream = outgoing.write()?;
    while !bytes.is_empty() {
        let room = stream.check_write().map_err(|_| ())?;
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        if room == 0 {
            reactor.ready(stream.subscribe()).await;
            continue;
        }
        let (now, later) = bytes.split_at(room);
        stream.write(now).map_err(|_| ())?;
        bytes = later;
    }
    stream.flush().map_err(|_| ())?;
    while stream.check_write().map_err(|_| ())? == 0 {
        reactor.ready(stream.subscribe()).await;
    }
    drop(stream);
    OutgoingBody::finish(outgoing, None).map_err(|_| ())
}

async fn head(
    reactor: &Reactor,
    answer: &FutureIncomingResponse,
) -> Result<IncomingResponse, NoReply> {
    loop {
        match answer.get() {
            Some(Ok(answer)) => return answer.map_err(|code| no_reply(&code)),
            Some(Err(())) => return Err(NoReply::Lost),
            None => reactor.ready(answer.subscribe()).await,
        }
    }
}

async fn read(reactor: &Reactor, answer: &IncomingResponse) -> Result<Vec<u8>, NoReply> {
    let body: IncomingBody = answer.consume().map_err(|()| NoReply::Lost)?;
    let stream = body.stream().map_err(|()| NoReply::Lost)?;
    let mut bytes = Vec::new();
    loop {
        match stream.read(CHUNK) {
            Ok(chunk) if chunk.is_empty() => reactor.ready(stream.subscribe()).await,
            Ok(chunk) if bytes.len() + chunk.len() > BODY_CAP => return Err(NoReply::Lost),
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(_)) => return Err(NoReply::Lost),
        }
    }
}

/// What a failure means for the request. Whatever may also happen after the
/// request has left counts as lost, so that the next attempt looks first.
fn no_reply(code: &ErrorCode) -> NoReply {
    match code {
        ErrorCode::HttpRequestDenied
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::HttpRequestLengthRequired
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_) => NoReply::NotSent,
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionTimeout
        | ErrorCode::TlsCertificateError => NoReply::Unreachable,
        ErrorCode::ConnectionTerminated
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsAlertReceived(_)
        | ErrorCode::HttpRequestBodySize(_)
        | ErrorCode::HttpRequestTrailerSectionSize(_)
        | ErrorCode::HttpRequestTrailerSize(_)
        | ErrorCode::HttpResponseIncomplete
        | ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseTrailerSectionSize(_)
        | ErrorCode::HttpResponseTrailerSize(_)
        | ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpResponseContentCoding(_)
        | ErrorCode::HttpResponseTimeout
        | ErrorCode::HttpUpgradeFailed
        | ErrorCode::HttpProtocolError
        | ErrorCode::LoopDetected
        | ErrorCode::ConfigurationError
        | ErrorCode::InternalError(_) => NoReply::Lost,
    }
}
