// Mail: one letter to one person, over the SMTP server that the operator names. Nothing else knows
// nodemailer.

import { createTransport } from 'nodemailer';

export interface Mail {
  send(letter: { to: string; subject: string; text: string }): Promise<void>;
  close(): void;
}

const TIMEOUT_MS = 15_000;

/** Does not connect before the first letter. */
export function createMail({ smtpUrl, from }: { smtpUrl: string; from: string }): Mail {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 2,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A letter is what we write: no file and no address of this machine's can get into it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
    },
    close: () => transport.close(),
  };
}
