package operation

// countTokens counts the tokens and the directives of a document before it is
// parsed, so that an oversized one costs next to nothing. It stops once it has
// seen more than limit tokens (0: never) and is lenient: what it does not know
// counts as one token and is left to the parser to refuse.
func countTokens(text string, limit int) (tokens, directives int) {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',':
			i++
			continue
		case c == 0xEF && len(text) > i+2 && text[i+1] == 0xBB && text[i+2] == 0xBF: // byte order mark
			i += 3
			continue
		case c == '#':
			for i < len(text) && text[i] != '\n' && text[i] != '\r' {
				i++
			}
			continue
		case nameByte(c) || c == '-':
			// Names and numbers alike. "1.5e+3" falls into a few pieces at the dot and
			// the sign, which the two checks below put together again.
			i++
			number := c == '-' || c <= '9'
			for i < len(text) && (nameByte(text[i]) || number && (text[i] == '.' || text[i] == '+' || text[i] == '-')) {
				i++
			}
		case c == '"':
			i = skipString(text, i)
		case c == '.' && len(text) > i+2 && text[i+1] == '.' && text[i+2] == '.':
			i += 3
		default:
			if c == '@' {
				directives++
			}
			i++
		}
		tokens++
		if limit > 0 && tokens > limit {
			return tokens, directives
		}
	}
	return tokens, directives
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// skipString returns the offset after the string or block string at i.
func skipString(text string, i int) int {
	if len(text) >= i+3 && text[i:i+3] == `"""` {
		i += 3
		for i < len(text) {
			switch {
			case text[i] == '\\' && len(text) >= i+4 && text[i+1:i+4] == `"""`:
				i += 4
			case text[i] == '"' && len(text) >= i+3 && text[i:i+3] == `"""`:
				return i + 3
			default:
				i++
			}
		}
		return i
	}
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\n', '\r':
			return i
		}
	}
	return len(text)
}
