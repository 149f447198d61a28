/** Words that code of any project may hold without declaring them: keywords of the usual languages, and what they all come with. */

const USUAL = new Set(
  `and or not in is if elif else for while do return break continue True False None true false null nil undefined self this super
  new delete let const var mut fn func def class struct enum pub static final void int long double float char bool boolean auto
  string String str size_t usize i32 i64 u8 u32 u64 f64 range len length size sum min max abs pow round floor ceil sqrt sorted
  reversed reverse sort enumerate zip map filter any all set list dict tuple append push pop insert remove add extend join split
  begin end first last key value index get put contains includes has keys values items entries equals clone iter into unwrap Some
  Ok Err Math std math print throw raise try except catch finally lambda yield from as import match case switch default with`.match(
    /\S+/g,
  ),
);

export const isUsual = (word: string): boolean => USUAL.has(word);
