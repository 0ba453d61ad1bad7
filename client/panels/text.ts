// The whole document as plain text, with what is unsent: for downloads and for copying in need.

import { plainText } from '../../core/delta.ts';
import type { Desk } from './desk.ts';

export const myText = ({ session }: Desk): string => plainText(session.contents().ops);
