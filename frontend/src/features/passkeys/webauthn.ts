import { UserError } from "@/lib/errors";

/**
 * The browser's passkeys, with the API's JSON. Browsers bring `parseCreationOptionsFromJSON` and `toJSON` since 2025
 * only, and some password managers replace the credential by one without `toJSON`.
 */
export type Options = Record<string, unknown>;

interface Descriptor {
  id: string;
}

/** Creates a passkey. Returns the credential as JSON text. */
export async function createCredential(options: Options): Promise<string> {
  requireSupport();
  const user = options.user as PublicKeyCredentialUserEntityJSON;
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...user, id: toBytes(user.id) },
    excludeCredentials: descriptors(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const credential = await ask(() => navigator.credentials.create({ publicKey }), CREATE_ERRORS);
  const response = credential.response as AuthenticatorAttestationResponse;
  return toJson(credential, {
    attestationObject: toText(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  });
}

/** Signs with a passkey. Returns the credential as JSON text. With `isConditional`, the browser offers it at a field. */
export async function getCredential(
  options: Options,
  { signal, isConditional = false }: { signal?: AbortSignal; isConditional?: boolean } = {},
): Promise<string> {
  requireSupport();
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: descriptors(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const mediation = isConditional ? "conditional" : undefined;
  const credential = await ask(
    () => navigator.credentials.get({ publicKey, signal, mediation }),
    GET_ERRORS,
  );
  const response = credential.response as AuthenticatorAssertionResponse;
  return toJson(credential, {
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
    userHandle: response.userHandle ? toText(response.userHandle) : undefined,
  });
}

export const isSupported = () => "PublicKeyCredential" in window;

/** Whether the browser can offer passkeys in the list of a field. */
export const isConditionalSupported = async () =>
  isSupported() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;

function requireSupport() {
  if (!isSupported()) throw new UserError("This browser doesn't support passkeys.");
}

const ERRORS: Record<string, string> = {
  NotAllowedError: "The passkey was not used: you cancelled, or it took too long. Try again.",
  SecurityError: "Passkeys don't work at this address. Open the site at its usual address.",
  NotSupportedError: "This device doesn't support the passkeys that this site needs.",
};
const GET_ERRORS = ERRORS;
const CREATE_ERRORS = {
  ...ERRORS,
  NotAllowedError: "The passkey was not created: you cancelled, or it took too long. Try again.",
  InvalidStateError: "This device already has a passkey for your account.",
  ConstraintError:
    "This device can't verify that it's you. Set up a PIN, a finger or a face on it.",
};

/** Turns the browser's errors into words for users. An abort by this page stays what it is. */
async function ask(
  request: () => Promise<Credential | null>,
  messages: Record<string, string>,
): Promise<PublicKeyCredential> {
  try {
    return (await request()) as PublicKeyCredential;
  } catch (error) {
    if (!(error instanceof DOMException) || error.name === "AbortError") throw error;
    throw new UserError(messages[error.name] ?? "The passkey did not work. Try again.");
  }
}

function toJson(credential: PublicKeyCredential, response: object) {
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
  });
}

const descriptors = (list: unknown) =>
  (list as Descriptor[]).map((descriptor) => ({ ...descriptor, id: toBytes(descriptor.id) }));

function toBytes(text: unknown) {
  const base64 = String(text).replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

function toText(buffer: ArrayBuffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
