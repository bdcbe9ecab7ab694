import { ApiError, type UserPublic, updateAvatarMe } from "@app/sdk";
import { errorMessage } from "@/lib/errors";
import { uploadFetch } from "@/lib/upload";

export const AVATAR_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const MAX_BYTES = 2 * 1024 * 1024;

class WrongFile extends Error {}

/**
 * Uploads the picture and waits until the new one can be displayed. Only the API decides whether a file is an image;
 * the checks here give faster feedback.
 */
export async function uploadAvatar(
  file: File,
  onProgress: (sent: number) => void,
): Promise<UserPublic> {
  onProgress(0);
  if (file.type && !AVATAR_TYPES.includes(file.type)) {
    throw new WrongFile("That file isn't a supported image. Use a JPEG, PNG, WebP, or GIF.");
  }
  if (file.size === 0) throw new WrongFile("This file is empty.");
  if (file.size > MAX_BYTES) throw new WrongFile("This picture is larger than 2 MB.");

  const { data } = await updateAvatarMe({ body: { file }, fetch: uploadFetch(onProgress) });
  if (data.avatar_url) await load(data.avatar_url);
  return data;
}

/** Puts the picture into the browser cache, so that nothing flickers between preview and picture. */
async function load(url: string) {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {});
}

export function avatarError(error: unknown): string {
  if (error instanceof WrongFile) return error.message;
  return (error instanceof ApiError && error.fieldErrors().file) || errorMessage(error);
}
