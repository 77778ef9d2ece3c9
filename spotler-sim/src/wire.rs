//! HTTP/1.1 on a socket: reads requests, writes responses, and nothing in between.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http::{Request, Response};

const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;
const MAX_HEADERS: usize = 100;

/// A connection with what was read too far.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    ahead: Vec<u8>,
}

/// Whether a connection goes on after an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Another,
    Close,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Wire {
        Wire {
            stream,
            ahead: Vec::new(),
        }
    }

    /// The next request; none when the caller is done.
    pub(crate) async fn read(&mut self) -> io::Result<Option<(Request, Next)>> {
        let Some((mut request, head_bytes, version)) = self.read_head().await? else {
            return Ok(None);
        };
        self.ahead.drain(..head_bytes);
        if request
            .header("expect")
            .is_some_and(|it| it.eq_ignore_ascii_case("100-continue"))
        {
            self.stream
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .await?;
        }
        request.body = self.read_body(&request).await?;
        let connection = request
            .header("connection")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let closes =
            connection.contains("close") || (version == 0 && !connection.contains("keep-alive"));
        Ok(Some((
            request,
            if closes { Next::Close } else { Next::Another },
        )))
    }

    async fn read_head(&mut self) -> io::Result<Option<(Request, usize, u8)>> {
        loop {
            if let Some(head) = parse_head(&self.ahead)? {
                return Ok(Some(head));
            }
            if self.ahead.len() > MAX_HEAD_BYTES {
                return Err(malformed("the head is too large"));
            }
            if self.fill().await? == 0 {
                return if self.ahead.is_empty() {
                    Ok(None)
                } else {
                    Err(malformed("the head ends early"))
                };
            }
        }
    }

    async fn read_body(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        let coding = request.header("transfer-encoding").unwrap_or_default();
        if coding.to_ascii_lowercase().contains("chunked") {
            return self.read_chunks().await;
        }
        let length = request
            .header("content-length")
            .unwrap_or("0")
            .trim()
            .parse();
        let length: usize = length.map_err(|_| malformed("the content length is no number"))?;
        self.take(length).await
    }

    async fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size =
                usize::from_str_radix(size, 16).map_err(|_| malformed("a chunk has no size"))?;
            if size == 0 {
                break;
            }
            body.extend(self.take(size).await?);
            self.line().await?;
            if body.len() > MAX_BODY_BYTES {
                return Err(malformed("the body is too large"));
            }
        }
        while !self.line().await?.is_empty() {}
        Ok(body)
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > MAX_BODY_BYTES {
            return Err(malformed("the body is too large"));
        }
        while self.ahead.len() < length {
            if self.fill().await? == 0 {
                return Err(malformed("the body ends early"));
            }
        }
        Ok(self.ahead.drain(..length).collect())
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = self.ahead.iter().position(|it| *it == b'\n') {
                let line: Vec<u8> = self.ahead.drain(..=at).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.ahead.len() > MAX_HEAD_BYTES || self.fill().await? == 0 {
                return Err(malformed("a line does not end"));
            }
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.stream.read_buf(&mut self.ahead).await
    }

    /// Whether the caller has hung up.
    pub(crate) async fn is_abandoned(&self) -> bool {
        let mut byte = [0];
        let look = self.stream.peek(&mut byte);
        match tokio::time::timeout(std::time::Duration::from_millis(1), look).await {
            Ok(Ok(count)) => count == 0,
            Ok(Err(_)) => true,
            Err(_) => false,
        }
    }

    /// Sends a response.
    pub(crate) async fn write(&mut self, response: &Response, next: Next) -> io::Result<()> {
        self.stream.write_all(&bytes(response, next)).await?;
        self.stream.flush().await
    }

    /// Sends a response's head and half of its body, then closes.
    pub(crate) async fn write_half(mut self, response: &Response) -> io::Result<()> {
        let all = bytes(response, Next::Close);
        let kept = all.len() - response.body.len().div_ceil(2);
        self.stream.write_all(&all[..kept]).await?;
        self.stream.shutdown().await
    }

    /// Resets the connection.
    pub(crate) fn reset(self) {
        // Zero linger turns the close into a reset.
        let _ = self.stream.set_zero_linger();
    }
}

fn parse_head(bytes: &[u8]) -> io::Result<Option<(Request, usize, u8)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let status = head
        .parse(bytes)
        .map_err(|_| malformed("the head is not HTTP"))?;
    let httparse::Status::Complete(length) = status else {
        return Ok(None);
    };
    let target = head.path.unwrap_or("/");
    let mut request = Request::new(head.method.unwrap_or_default(), origin_form(target));
    let header = |it: &httparse::Header<'_>| {
        (
            it.name.to_ascii_lowercase(),
            String::from_utf8_lossy(it.value).into_owned(),
        )
    };
    request.headers = head.headers.iter().map(header).collect();
    Ok(Some((request, length, head.version.unwrap_or(1))))
}

/// The target without scheme and host, which proxies send.
fn origin_form(target: &str) -> &str {
    match target.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(char::is_alphabetic) => {
            rest.find('/').map_or("/", |at| &rest[at..])
        }
        _ => target,
    }
}

fn bytes(response: &Response, next: Next) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {} {}\r\n",
        response.status,
        reason(response.status)
    );
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if response.status != 204 && response.status != 304 {
        head.push_str(&format!("content-length: {}\r\n", response.body.len()));
    }
    if next == Next::Close {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend(&response.body);
    bytes
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        406 => "Not Acceptable",
        413 => "Content Too Large",
        417 => "Expectation Failed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Other",
    }
}

fn malformed(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
