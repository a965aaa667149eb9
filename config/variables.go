package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxSecretFile bounds what ${file.} reads: it is meant for passwords and keys.
const maxSecretFile = 1 << 20

// variables expands ${env.X:-default} and ${file.path} in scalars, and only
// there: expanding the raw text would let a value change the structure around
// it, and would damage every dollar sign in the file.
type variables struct {
	lookupEnv func(string) (string, bool)
	readFile  func(string) (string, error)
	// files read, for watching.
	files []string
}

// expand rewrites the text of n, whose type is then for its reader to decide:
// max_depth: "${env.DEPTH:-15}" is a number, and in {...} it has to be quoted.
func (v *variables) expand(n *node, path string) {
	text, secret, err := v.expandText(n.text, n.dir)
	if err != nil {
		err.File, err.Line, err.Column, err.Path = n.pos.File, n.pos.Line, n.pos.Column, path
		n.err = err
		return
	}
	n.text, n.secret, n.tag = text, secret, ""
}

// expandText returns the text and whether any of it came from outside the file.
func (v *variables) expandText(text, dir string) (string, bool, *Error) {
	var out strings.Builder
	secret := false
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			out.WriteString(text)
			return out.String(), secret, nil
		}
		if i > 0 && text[i-1] == '$' { // $${ stands for ${
			out.WriteString(text[:i-1])
			out.WriteString("${")
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		text = text[i+2:]
		end := strings.IndexByte(text, '}')
		if end < 0 {
			return "", false, &Error{Code: CodeInvalidValue, Message: "a variable opens with ${ but does not close", Hint: "add }, or write $${ for a literal ${"}
		}
		value, outside, err := v.resolve(text[:end], dir)
		if err != nil {
			return "", false, err
		}
		out.WriteString(value)
		secret = secret || outside
		text = text[end+1:]
	}
}

func (v *variables) resolve(expr, dir string) (value string, outside bool, _ *Error) {
	ref, fallback, hasDefault := strings.Cut(expr, ":-")
	if name, ok := strings.CutPrefix(ref, "env."); ok && name != "" {
		value, set := v.lookupEnv(name)
		switch {
		case hasDefault && value == "":
			return fallback, false, nil
		case set:
			return value, true, nil
		}
		return "", false, &Error{Code: CodeUnsetVariable, Message: fmt.Sprintf("the environment variable %s is not set", name),
			Hint: fmt.Sprintf("set it, or give a default: ${env.%s:-default}", name)}
	}
	if name, ok := strings.CutPrefix(ref, "file."); ok && name != "" {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		v.files = append(v.files, name)
		value, err := v.readFile(name)
		switch {
		case err == nil:
			return value, true, nil
		case hasDefault && errors.Is(err, os.ErrNotExist):
			return fallback, false, nil
		}
		return "", false, &Error{Code: CodeFile, Message: err.Error()}
	}
	return "", false, &Error{Code: CodeInvalidValue, Message: fmt.Sprintf("unknown variable ${%s}", expr),
		Hint: "variables are ${env.NAME} and ${file.path}; write $${ for a literal ${"}
}

// readSecretFile reads a small regular file without its final line break, which
// editors and `echo` add.
func readSecretFile(name string) (string, error) {
	data, err := readRegular(name, maxSecretFile)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), nil
}

// readRegular refuses devices and pipes, which could block or never end.
func readRegular(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than %s", name, Size(limit))
	}
	return data, nil
}
