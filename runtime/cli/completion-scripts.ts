/** Shells whose completion is set up by a script. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof shells)[number];

/** Each asks `millrace complete` for what the words so far can go on with. */
const scripts: { readonly [shell in Shell]: string } = {
  bash: `# eval "$(millrace completion bash)" in ~/.bashrc
_millrace() {
  local IFS=$'\\n' found
  found=($(millrace complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  COMPREPLY=()
  local one
  for one in "\${found[@]}"; do COMPREPLY+=("$(printf '%q' "$one")"); done
}
complete -o default -F _millrace millrace
`,
  zsh: `#compdef millrace
# eval "$(millrace completion zsh)" in ~/.zshrc, after compinit
_millrace() {
  local -a found
  found=("\${(@f)$(millrace complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( $#found )); then compadd -a found; else _files; fi
}
compdef _millrace millrace
`,
  fish: `# millrace completion fish | source, in ~/.config/fish/config.fish
function __millrace_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    millrace complete -- $words[2..-1] "$word" 2>/dev/null
end
complete -c millrace -f -a '(__millrace_complete)'
complete -c millrace -F -n 'string match -q -- "*/*" (commandline -ct)'
`,
  powershell: `# millrace completion powershell | Out-String | Invoke-Expression, in $PROFILE
Register-ArgumentCompleter -Native -CommandName millrace -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    $new = if ($wordToComplete -eq '') { @('--new') } else { @() }
    millrace complete @new '--' @words 2>$null | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`,
};

export function completionScript(shell: Shell): string {
  return scripts[shell];
}
