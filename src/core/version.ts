/** Version of this package. Written here, since a bundle has no package.json to read; a test compares the two. */
export const version: string = '0.1.0';
