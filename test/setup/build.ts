import { execFileSync } from 'node:child_process';

/** Builds the project once, so that tests can run the real command line. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
