/** The lock file as text. */
declare module "*.lock" {
  const content: string;
  export default content;
}
