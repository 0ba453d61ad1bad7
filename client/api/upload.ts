// Uploads with progress, which fetch cannot report.

import type { UploadReply } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { frameHeaders } from './frame.ts';
import { problemToError } from './http.ts';

/** Without a byte moved for this long, an upload has failed. */
const STALL_MS = 30_000;

export function upload(
  path: string,
  file: Blob,
  onProgress: (share: number) => void,
): Promise<UploadReply> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout>;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), STALL_MS);
    };
    const fail = () =>
      reject(new AppError('not-now', 'The upload stopped.', { details: { network: true } }));
    request.upload.onprogress = (event) => {
      watch();
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status < 200 || request.status >= 300) {
        reject(problemToError(request.status, request.responseText));
        return;
      }
      try {
        resolve(JSON.parse(request.responseText) as UploadReply);
      } catch (cause) {
        reject(new AppError('internal', 'The server answered nonsense.', { cause }));
      }
    };
    request.onerror = fail;
    request.onabort = fail;
    request.onloadend = () => clearTimeout(timer);
    request.open('POST', path);
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.setRequestHeader('accept', 'application/json');
    for (const [name, value] of Object.entries(frameHeaders()))
      request.setRequestHeader(name, value);
    watch();
    request.send(file);
  });
}
