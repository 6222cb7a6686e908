// The oracle of the chart engine: renders with Go's own text/template, with Sprig and with Helm's few functions.
// It reads a job as JSON from standard input and answers a list of results, one per case.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type job struct {
	Charts string
	Cases  []testCase
}

type testCase struct {
	// A chart's name, or else the text of one template.
	Chart    string
	Template string
	// Whole numbers are int64, as after --set; others float64.
	Values json.RawMessage
	// Values as a YAML file has them.
	ValuesYaml  string
	Release     map[string]interface{}
	KubeVersion string
	ApiVersions []string
}

type result struct {
	Files map[string]string
	Error string
}

type chart struct {
	name   string
	meta   map[string]interface{}
	values map[string]interface{}
	files  map[string]string
	deps   []*chart
}

type versionSet []string

func (v versionSet) Has(name string) bool {
	for _, known := range v {
		if known == name {
			return true
		}
	}
	return false
}

type kubeVersion struct{ Version, Major, Minor string }

func (k kubeVersion) String() string     { return k.Version }
func (k kubeVersion) GitVersion() string { return k.Version }

type capabilities struct {
	KubeVersion kubeVersion
	APIVersions versionSet
}

type chartFiles map[string]string

func (f chartFiles) Get(name string) string { return f[name] }

type chartInfo struct {
	Name, Version, AppVersion, Description, KubeVersion, Type, APIVersion string
}

func main() {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	results := make([]result, len(j.Cases))
	for i, c := range j.Cases {
		files, err := run(j.Charts, c)
		results[i].Files = files
		if err != nil {
			results[i].Error = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string, c testCase) (map[string]string, error) {
	over := map[string]interface{}{}
	if c.ValuesYaml != "" {
		if err := yaml.Unmarshal([]byte(c.ValuesYaml), &over); err != nil {
			return nil, err
		}
	}
	if len(c.Values) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(c.Values))
		decoder.UseNumber()
		typed := map[string]interface{}{}
		if err := decoder.Decode(&typed); err != nil {
			return nil, err
		}
		lay(over, numbers(typed).(map[string]interface{}))
	}
	if c.Chart == "" {
		return render(map[string]string{"snippet": c.Template}, map[string]map[string]interface{}{"snippet": {"Values": over}})
	}
	ch, err := load(filepath.Join(root, c.Chart))
	if err != nil {
		return nil, err
	}
	values := coalesce(ch, over)
	texts, scopes := map[string]string{}, map[string]map[string]interface{}{}
	collect(ch, "", values, c, texts, scopes)
	return render(texts, scopes)
}

func numbers(v interface{}) interface{} {
	switch x := v.(type) {
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		f, _ := x.Float64()
		return f
	case map[string]interface{}:
		for k, e := range x {
			x[k] = numbers(e)
		}
	case []interface{}:
		for i, e := range x {
			x[i] = numbers(e)
		}
	}
	return v
}

// A null takes a default away; maps merge, all else is replaced.
func lay(under, over map[string]interface{}) {
	for k, v := range over {
		if v == nil {
			delete(under, k)
			continue
		}
		inner, isMap := v.(map[string]interface{})
		below, wasMap := under[k].(map[string]interface{})
		if isMap && wasMap {
			lay(below, inner)
		} else {
			under[k] = v
		}
	}
}

func load(dir string) (*chart, error) {
	c := &chart{files: map[string]string{}, meta: map[string]interface{}{}, values: map[string]interface{}{}}
	err := filepath.Walk(dir, func(p string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		name, _ := filepath.Rel(dir, p)
		c.files[name] = string(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(c.files["Chart.yaml"]), &c.meta); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(c.files["values.yaml"]), &c.values); err != nil {
		return nil, err
	}
	c.name = c.meta["name"].(string)
	dependencies, _ := c.meta["dependencies"].([]interface{})
	for _, d := range dependencies {
		repository := d.(map[string]interface{})["repository"].(string)
		dependency, err := load(filepath.Join(dir, strings.TrimPrefix(repository, "file://")))
		if err != nil {
			return nil, err
		}
		c.deps = append(c.deps, dependency)
	}
	return c, nil
}

func coalesce(c *chart, over map[string]interface{}) map[string]interface{} {
	values := c.values
	if values == nil {
		values = map[string]interface{}{}
	}
	lay(values, over)
	for _, d := range c.deps {
		own, _ := values[d.name].(map[string]interface{})
		if own == nil {
			own = map[string]interface{}{}
		}
		if own["global"] == nil {
			own["global"] = map[string]interface{}{}
		}
		values[d.name] = coalesce(d, own)
	}
	return values
}

func collect(c *chart, prefix string, values map[string]interface{}, tc testCase, texts map[string]string, scopes map[string]map[string]interface{}) {
	text := func(key string) string { s, _ := c.meta[key].(string); return s }
	major, minor := "", ""
	if parts := strings.Split(strings.TrimPrefix(tc.KubeVersion, "v"), "."); len(parts) > 1 {
		major, minor = parts[0], parts[1]
	}
	others := chartFiles{}
	for name, content := range c.files {
		if !strings.HasPrefix(name, "templates/") && name != "Chart.yaml" && name != "values.yaml" {
			others[name] = content
		}
	}
	for name, content := range c.files {
		if !strings.HasPrefix(name, "templates/") {
			continue
		}
		full := path.Join(prefix+c.name, name)
		if c.meta["type"] == "library" && !strings.HasPrefix(path.Base(full), "_") {
			continue
		}
		texts[full] = content
		scopes[full] = map[string]interface{}{
			"Values":  values,
			"Release": tc.Release,
			"Chart": chartInfo{text("name"), text("version"), text("appVersion"), text("description"), text("kubeVersion"), text("type"), text("apiVersion")},
			"Capabilities": capabilities{kubeVersion{tc.KubeVersion, major, minor}, tc.ApiVersions},
			"Files":        others,
			"Template":     map[string]interface{}{"Name": full, "BasePath": path.Join(prefix+c.name, "templates")},
			"Subcharts":    map[string]interface{}{},
		}
	}
	for _, d := range c.deps {
		collect(d, prefix+c.name+"/charts/", values[d.name].(map[string]interface{}), tc, texts, scopes)
	}
}

func render(texts map[string]string, scopes map[string]map[string]interface{}) (out map[string]string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	root := template.New("gotpl").Option("missingkey=zero")
	root.Funcs(functions(root))
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := strings.Count(names[i], "/"), strings.Count(names[j], "/")
		if a == b {
			return names[i] > names[j]
		}
		return a > b
	})
	for _, name := range names {
		if _, err := root.New(name).Parse(texts[name]); err != nil {
			return nil, err
		}
	}
	out = map[string]string{}
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		var b bytes.Buffer
		if err := root.ExecuteTemplate(&b, name, scopes[name]); err != nil {
			return nil, err
		}
		text := strings.ReplaceAll(b.String(), "<no value>", "")
		if strings.TrimSpace(text) != "" {
			out[name] = text
		}
	}
	return out, nil
}

func functions(root *template.Template) template.FuncMap {
	f := sprig.TxtFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	f["include"] = func(name string, data interface{}) (string, error) {
		var b strings.Builder
		err := root.ExecuteTemplate(&b, name, data)
		return b.String(), err
	}
	f["tpl"] = func(text string, data interface{}) (string, error) {
		clone, err := root.Clone()
		if err != nil {
			return "", err
		}
		clone.Funcs(functions(clone))
		t, err := clone.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		err = t.Execute(&b, data)
		return strings.ReplaceAll(b.String(), "<no value>", ""), err
	}
	f["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return value, errors.New(message)
		}
		return value, nil
	}
	f["lookup"] = func(string, string, string, string) map[string]interface{} { return map[string]interface{}{} }
	f["toYaml"] = func(v interface{}) string {
		text, err := yaml.Marshal(v)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	f["fromYaml"] = func(text string) map[string]interface{} {
		m := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(text), &m); err != nil {
			m["Error"] = err.Error()
		}
		return m
	}
	f["fromYamlArray"] = func(text string) []interface{} {
		a := []interface{}{}
		if err := yaml.Unmarshal([]byte(text), &a); err != nil {
			a = []interface{}{err.Error()}
		}
		return a
	}
	f["fromJson"] = func(text string) map[string]interface{} {
		m := map[string]interface{}{}
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			m["Error"] = err.Error()
		}
		return m
	}
	f["fromJsonArray"] = func(text string) []interface{} {
		a := []interface{}{}
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			a = []interface{}{err.Error()}
		}
		return a
	}
	return f
}
