//! What is answered: the page's files, and what the page asks.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::answer::Answer;
use crate::guard::{self, Refused, Token};
use crate::opened::Opened;
use crate::workbench::Workbench;
use crate::{page, samples};

/// Bytes of the largest request: a configuration and telemetry that people can read.
const LARGEST: usize = 4 << 20;
/// Trials at once. The page asks for one at a time.
const TRIALS: usize = 2;
/// How long one waits for its turn.
const TURN: Duration = Duration::from_secs(15);

/// What requests share.
#[derive(Clone)]
struct Desk {
    workbench: Arc<Workbench>,
    turns: Arc<Semaphore>,
    first: Arc<Option<Opened>>,
}

/// Everything that is answered.
pub(crate) fn pages(token: Token, workbench: Workbench, first: Option<Opened>) -> Router {
    let desk = Desk {
        workbench: Arc::new(workbench),
        turns: Arc::new(Semaphore::new(TRIALS)),
        first: Arc::new(first),
    };
    let page = token.clone();
    Router::new()
        .route("/api/begin", get(begin))
        .route("/api/run", post(run))
        .route("/api/case", post(case))
        .route("/api/explain", post(explain))
        .route("/api/open", post(open))
        .layer(DefaultBodyLimit::max(LARGEST))
        .route_layer(from_fn_with_state(token, bearing))
        .fallback(move |method: Method, uri: Uri| {
            let answer = file(&method, uri.path(), page.as_str());
            async move { answer }
        })
        .layer(from_fn(guarded))
        .with_state(desk)
}

/// Turns away whoever does not speak to this machine, and says on every answer what a browser may do with it.
async fn guarded(request: Request, next: Next) -> Response {
    let mut answer = match guard::check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => Failure::from(refused).into_response(),
    };
    guard::dress(answer.headers_mut());
    answer
}

/// Turns away whoever has not read the page.
async fn bearing(State(token): State<Token>, request: Request, next: Next) -> Response {
    match token.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => Failure::from(refused).into_response(),
    }
}

fn file(method: &Method, path: &str, token: &str) -> Response {
    let Some(file) = page::file(path) else {
        return Failure::new(StatusCode::NOT_FOUND, "there is nothing here").into_response();
    };
    if method != Method::GET && method != Method::HEAD {
        return Failure::new(StatusCode::METHOD_NOT_ALLOWED, "it is only read").into_response();
    }
    ([(CONTENT_TYPE, file.kind)], file.filled(token)).into_response()
}

/// What the page begins with.
async fn begin(State(desk): State<Desk>) -> Response {
    let first = desk.first.as_ref();
    axum::Json(json!({"first": first, "samples": samples::all()})).into_response()
}

/// What is typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    configuration: String,
    telemetry: String,
}

async fn run(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let Typed {
        configuration,
        telemetry,
    } = read(&headers, body)?;
    let answer = desk.work(move |workbench| {
        let tried = workbench.try_out(&configuration, &telemetry);
        Answer::of(&tried, &configuration)
    });
    Ok(axum::Json(answer.await?).into_response())
}

/// Which record is to be explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doubted {
    configuration: String,
    telemetry: String,
    number: usize,
}

async fn explain(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let Doubted {
        configuration,
        telemetry,
        number,
    } = read(&headers, body)?;
    let explained =
        desk.work(move |workbench| workbench.explain(&configuration, &telemetry, number));
    let explained = explained.await?;
    let explained = explained
        .ok_or_else(|| Failure::new(StatusCode::NOT_FOUND, "there is no such record any more"))?;
    Ok(axum::Json(explained).into_response())
}

async fn case(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let Typed {
        configuration,
        telemetry,
    } = read(&headers, body)?;
    let written = desk.work(move |workbench| workbench.case(&configuration, &telemetry));
    let wrong = |why| Failure::new(StatusCode::UNPROCESSABLE_ENTITY, why);
    let written = written.await?.map_err(wrong)?;
    let kind = [(CONTENT_TYPE, "application/yaml; charset=utf-8")];
    Ok((kind, written).into_response())
}

/// A file that was opened in the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Picked {
    name: String,
    text: String,
}

async fn open(
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let Picked { name, text } = read(&headers, body)?;
    let read = Opened::read(&name, &text);
    let read = read.map_err(|message| Failure::new(StatusCode::UNPROCESSABLE_ENTITY, message))?;
    Ok(axum::Json(read).into_response())
}

impl Desk {
    /// Does work that computes, beside those who answer.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Workbench) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let busy = "what was typed before is still computed: change it less often, or paste less";
        let busy = || Failure::new(StatusCode::SERVICE_UNAVAILABLE, busy);
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = tokio::time::timeout(TURN, turn).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let workbench = Arc::clone(&self.workbench);
        let worked = tokio::task::spawn_blocking(move || {
            // The turn is held as long as it works, not as long as somebody waits for it.
            let _turn = turn;
            work(&workbench)
        });
        let failed = "a defect of tollgate: it could not finish; the page goes on";
        let failed = |_| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, failed);
        worked.await.map_err(failed)
    }
}

/// Reads what is asked. JSON must be called so: what a form of another page can send is not.
fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Failure> {
    let kind = headers
        .get(CONTENT_TYPE)
        .map(axum::http::HeaderValue::as_bytes);
    if kind != Some(b"application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Failure::new(status, "it is no application/json"));
    }
    let body = body.map_err(|rejection| match rejection.status() {
        status @ StatusCode::PAYLOAD_TOO_LARGE => Failure::new(
            status,
            format!(
                "a page takes {} MB: paste less, or use `tollgate try`",
                LARGEST >> 20
            ),
        ),
        status => Failure::new(status, "the request broke off"),
    })?;
    serde_json::from_slice(&body)
        .map_err(|_| Failure::new(StatusCode::BAD_REQUEST, "it is not what the page asks"))
}

/// Why there is no answer.
#[derive(Debug)]
struct Failure {
    status: StatusCode,
    message: String,
}

impl Failure {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::new(refused.status(), refused.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = axum::Json(json!({"message": self.message}));
        (self.status, body).into_response()
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]
mod tests;
