import { inputError, messageOf, type TwintrackError } from '../core/errors.ts';

interface Fault {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const CREDENTIALS = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const ADDRESS = 'check the network and AWS_ENDPOINT_URL';

/** What a server or the client of S3 calls its errors, and what that means. */
const REASONS: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  NoSuchBucket: ['there is no such bucket', 'make it, or check its name and AWS_REGION'],
  NoSuchKey: ['does not exist', 'check the name'],
  NotFound: ['does not exist', 'check the name'],
  InvalidAccessKeyId: ['the access key is not known there', CREDENTIALS],
  SignatureDoesNotMatch: ['the secret key is wrong', CREDENTIALS],
  ExpiredToken: ['the credentials have expired', 'get new ones'],
  AccessDenied: ['no permission', 'use credentials that may list, read, write and remove there'],
  CredentialsProviderError: ['no credentials are found', CREDENTIALS],
  PermanentRedirect: ['the bucket is in another region', 'set AWS_REGION'],
  RequestTimeTooSkewed: ['the clock of this machine is wrong', 'set it'],
  QuotaExceeded: ['the quota is used up', 'free some space'],
  ECONNREFUSED: ['nothing answers there', ADDRESS],
  ENOTFOUND: ['its host is not known', ADDRESS],
  EAI_AGAIN: ['its host is not known', ADDRESS],
  ECONNRESET: ['the connection was closed', ADDRESS],
  ETIMEDOUT: ['does not answer', ADDRESS],
  TimeoutError: ['does not answer', ADDRESS],
};

/** The error of a request, with `subject` as what was asked for: "s3://bucket/key: there is no such bucket; make it …". */
export function s3Error(subject: string, error: unknown): TwintrackError {
  const fault = error as Fault;
  const known = REASONS[fault.name ?? ''] ?? REASONS[fault.code ?? ''];
  if (known) return inputError(subject, ...known, error);
  if (/region is missing/i.test(messageOf(error)))
    return inputError(subject, 'the region is not known', 'set AWS_REGION', error);
  const reason = [fault.name === 'Error' ? undefined : fault.name, messageOf(error)].filter(Boolean).join(': ');
  return inputError(subject, `cannot be reached: ${reason}`, ADDRESS, error);
}

/** The status of a request that was answered. */
export function statusOf(error: unknown): number | undefined {
  return (error as Fault).$metadata?.httpStatusCode;
}
