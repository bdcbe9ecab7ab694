import type { ErrorCode, FieldError, Problem, UserPublic } from "@app/sdk";

export function user(changes: Partial<UserPublic> = {}): UserPublic {
  return {
    id: "0198a000-0000-7000-8000-000000000001",
    email: "ada@example.com",
    full_name: "Ada Lovelace",
    is_active: true,
    is_superuser: false,
    created_at: "2026-01-02T03:04:05Z",
    version: 1,
    avatar_url: null,
    ...changes,
  };
}

export function problem(
  status: number,
  code: ErrorCode,
  detail: string,
  errors: FieldError[] = [],
): Problem {
  return { type: "about:blank", title: detail, status, code, detail, errors, request_id: "req-1" };
}
