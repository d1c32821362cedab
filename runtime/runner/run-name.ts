const adjectives =
  "able agile amber ample apt arid aware bold brave brief bright brisk calm candid careful clever cool cosmic crisp curious daring deft eager early easy exact fair famous fancy fast fine fond frank fresh gentle glad golden good grand happy hardy honest humble ideal jolly keen kind late lean level light lively loyal lucid lucky lunar mellow merry mild modest neat nimble noble novel open patient plain polite prime proud prudent quick quiet rapid rare ready regal ripe robust round rustic sage serene sharp shy silent silver simple smart smooth snug sober solid steady sterling still stout sunny swift tame tidy tough true upbeat urban valid vivid warm wary wise witty young zesty".split(
    " ",
  );
const animals =
  "ant auk badger bat bear beaver bee bison boar bream bull carp cat civet cobra cod colt condor coot coyote crab crane crow deer dingo dove duck eagle eel egret eland elk emu ewe falcon ferret finch fox frog gecko gnu goat goose grouse gull hare hawk hen heron horse hound ibex ibis jackal jay kite kiwi koala lamb lark lemur lion llama loon lynx magpie mink mole moose moth mouse mule newt okapi oriole otter owl ox oyster panda parrot pike pony puffin puma quail rabbit ram raven ray robin rook salmon seal shark sheep shrew skunk sloth snail snipe squid stag stork swan tapir teal tern tiger toad trout turtle viper vole walrus wasp weasel whale wolf wombat wren yak zebra".split(
    " ",
  );

/** A name that people can say, such as `wise-otter`. Names may come again: ids don't. */
export function randomRunName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "";
  return `${pick(adjectives)}-${pick(animals)}`;
}
