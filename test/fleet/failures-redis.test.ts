import { failures } from './failures.ts';

failures('Redis');
