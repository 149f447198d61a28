/** The page's own files, which `page.ts` embeds as texts. */
declare module "./page/*.js" {
  const text: string;
  export default text;
}
declare module "./page/*.css" {
  const text: string;
  export default text;
}
declare module "./page/*.html" {
  const text: string;
  export default text;
}
