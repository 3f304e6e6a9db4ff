import { failures } from './failures.ts';

failures('PostgreSQL');
