import { apiFetch } from "@/lib/api";

/** Long enough for a slow connection, but finite for a dead one. */
const TIMEOUT_MS = 120_000;

/**
 * `fetch` for one upload through the SDK. `onProgress` gets the sent part, from 0 to 1. It uses XMLHttpRequest, because
 * `fetch` reports no upload progress.
 */
export function uploadFetch(onProgress: (sent: number) => void): typeof fetch {
  return apiFetch({
    timeoutMs: TIMEOUT_MS,
    transport: (request, { signal }) => send(request, signal, onProgress),
  });
}

async function send(request: Request, signal: AbortSignal, onProgress: (sent: number) => void) {
  const body = await request.blob();
  const xhr = new XMLHttpRequest();
  return new Promise<Response>((resolve, reject) => {
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    xhr.onload = () =>
      resolve(new Response(xhr.response, { status: xhr.status, headers: headersOf(xhr) }));
    xhr.onerror = () => reject(new TypeError("The upload failed"));
    xhr.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => xhr.abort());
    xhr.open(request.method, request.url);
    xhr.responseType = "blob";
    for (const [name, value] of request.headers) xhr.setRequestHeader(name, value);
    xhr.send(body);
  });
}

function headersOf(xhr: XMLHttpRequest) {
  const lines = xhr.getAllResponseHeaders().trim().split(/\r\n/);
  return new Headers(lines.map((line) => line.split(/:\s*(.*)/s).slice(0, 2) as [string, string]));
}
